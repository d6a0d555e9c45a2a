// The topics beside the feed, and the number of unread messages everywhere it is shown.
import { el, icon } from "./dom.js";
import { unreadCounts } from "./keep.js";
import { followedTopics } from "./state.js";
import { isMuted } from "./topics.js";
import { byId } from "./dom.js";
/** @import { Topic } from "../../types.js" */

/** @param {string} current the topic that is open, or "" */
export async function drawShelf(current) {
  const [topics, counts] = await Promise.all([followedTopics(), unreadCounts()]);
  const links = topics.map((topic) => shelfLink(topic, counts[topic.topic] || 0, topic.topic === current));
  const head = el(
    "div.shelf-head",
    {},
    el("h2", {}, "Topics"),
    el("a", { href: "/app/follow", "aria-label": "Subscribe to a topic", title: "Subscribe to a topic" }, icon("plus")),
  );
  byId("shelf").replaceChildren(head, ...links);
  showTotal(Object.values(counts).reduce((sum, count) => sum + count, 0));
}

/** @param {Topic} topic @param {number} unread @param {boolean} current */
function shelfLink(topic, unread, current) {
  const link = el(
    unread ? "a.shelf-topic.has-unread" : "a.shelf-topic",
    { href: `/${topic.topic}`, "aria-current": current ? "page" : null },
    el("span.name", {}, topic.topic),
    isMuted(topic, Date.now()) && icon("bell-off"),
    unread > 0 && el("b.count", { "aria-label": `${unread} unread` }, String(unread)),
  );
  return link;
}

/** @param {number} total */
function showTotal(total) {
  const count = /** @type {HTMLElement} */ (document.querySelector('[data-tab="inbox"] .count'));
  count.hidden = !total;
  count.textContent = total > 99 ? "99+" : String(total);
  count.setAttribute("aria-label", `${total} unread`);
  document.title = total ? `(${total}) Pushbell` : "Pushbell";
}
