// The list of topics, for screens that have no room to show it always.
import { el, icon } from "./dom.js";
import { unreadCounts } from "./keep.js";
import { gathered, onNews } from "./news.js";
import { followedTopics } from "./state.js";
import { howItRings, isMuted } from "./topics.js";
/** @import { View } from "./panes.js" */
/** @import { Topic } from "../../types.js" */

/** @returns {View} */
export function topicListView() {
  const list = el("nav.topic-list", { "aria-label": "Your topics" });
  const none = el(
    "p.sheet.quiet",
    { hidden: true },
    "You follow no topic yet. A topic is a name that messages are sent to; subscribe to one and this device rings for it.",
  );
  const draw = async () => {
    const [topics, counts] = await Promise.all([followedTopics(), unreadCounts()]);
    none.hidden = topics.length > 0;
    list.replaceChildren(...topics.map((topic) => topicLine(topic, counts[topic.topic] || 0)));
  };
  const redraw = gathered(draw);
  const stops = [onNews("topics", redraw), onNews("rows", redraw)];
  const head = el("div.head", {}, el("div", {}, el("h1", {}, "Topics")));
  const actions = el(
    "div.actions",
    {},
    el("a.button.brass", { href: "/app/follow" }, icon("plus"), "Subscribe to a topic"),
  );
  return {
    element: el("div", {}, head, none, list, actions),
    ready: draw(),
    close: () => stops.forEach((stop) => stop()),
  };
}

/** @param {Topic} topic @param {number} unread */
function topicLine(topic, unread) {
  return el(
    "a.topic-line",
    { href: `/${topic.topic}` },
    el("div", {}, el("span.name", {}, topic.topic), el("span.quiet.small", {}, howItRings(topic))),
    isMuted(topic, Date.now()) && icon("bell-off"),
    unread > 0 && el("b.count", { "aria-label": `${unread} unread` }, String(unread)),
    icon("forward"),
  );
}
