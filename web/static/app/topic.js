// One topic: its messages and how it rings.
import { el, icon, iconButton } from "./dom.js";
import { Feed } from "./feed.js";
import { invitation, rang } from "./invitation.js";
import { onNews } from "./news.js";
import { offNotice } from "./notice.js";
import { go, goBack } from "./router.js";
import { markAllRead } from "./rows.js";
import { searchControls } from "./search.js";
import { follow, followed, howItRings } from "./topics.js";
import { toast } from "./toast.js";
import { stillBell } from "./trial.js";
/** @import { View } from "./panes.js" */

const LONG = 14;

/** @param {string} topic @returns {View} */
export function topicView(topic) {
  const element = el("div", {});
  /** @type {View | undefined} */
  let inner;
  let follows = false;
  const draw = async () => {
    const known = Boolean(await followed(topic));
    if (inner && known === follows) return;
    inner?.close?.();
    follows = known;
    inner = known ? followedTopic(topic) : stranger(topic);
    element.replaceChildren(inner.element);
  };
  const stop = onNews("topics", draw);
  return {
    element,
    get feed() {
      return inner?.feed;
    },
    ready: draw(),
    close: () => (stop(), inner?.close?.()),
  };
}

/** @param {string} topic */
function heading(topic) {
  return el(topic.length > LONG ? "h1.long" : "h1", {}, topic);
}

/** @param {string} topic @returns {View} */
function followedTopic(topic) {
  const note = el("a.head-note", { href: `/${topic}?ring` });
  const below = el("div", {});
  let waited = false;
  const feed = new Feed(topic, (rows) => {
    if (feed.isSearch) return;
    if (waited && rows[0]?.unread) return rang(below);
    waited = rows.length === 0;
    below.replaceChildren(...(waited ? [invitation(topic, "Waiting for the first ring")] : []));
  });
  const describe = async () => {
    const now = await followed(topic);
    if (now) note.replaceChildren(howItRings(now));
  };
  const stop = onNews("topics", describe);
  const notice = offNotice();
  const search = searchControls(() => feed);
  const head = el(
    "div.head",
    {},
    iconButton("back", "Back to the topics", () => goBack("/app/topics"), { class: "icon-button back phone-only" }),
    el("div", {}, heading(topic), el("p.head-note", {}, note)),
    search.button,
    iconButton("check", "Mark all as read", () => markAllRead(topic)),
    iconButton("bell", "How it rings", () => go(`/${topic}?ring`)),
    iconButton("send", `Send to ${topic}`, () => go(`/app/compose?topic=${topic}`), {
      class: "icon-button wide-only",
    }),
    search.field,
  );
  return {
    element: el("div", {}, head, notice.element, feed.element, below),
    feed,
    ready: describe(),
    close: () => (feed.close(), notice.close(), stop()),
  };
}

/** Somebody followed a link to a topic. @param {string} topic @returns {View} */
function stranger(topic) {
  const join = () => follow(topic).catch((error) => toast(error.message));
  const head = el(
    "div.head",
    {},
    iconButton("back", "Back", () => goBack("/"), { class: "icon-button back phone-only" }),
    el("div", {}, heading(topic)),
  );
  const panel = el(
    "div.invitation",
    {},
    stillBell(),
    el(
      "div.invitation-words",
      {},
      el("h2", {}, "You do not follow this topic yet"),
      el("p", {}, "Subscribe, and its messages appear here and ring this device."),
    ),
    el("button.button.brass", { type: "button", onclick: join }, icon("plus"), "Subscribe"),
  );
  return { element: el("div", {}, head, panel) };
}
