// The inbox: everything, whatever the topic.
import { el, icon, iconButton } from "./dom.js";
import { Feed } from "./feed.js";
import { invitation } from "./invitation.js";
import { unreadCounts } from "./keep.js";
import { offNotice } from "./notice.js";
import { markAllRead } from "./rows.js";
import { followedTopics } from "./state.js";
import { stillBell } from "./trial.js";
/** @import { View } from "./panes.js" */

/** @returns {View} */
export function inboxView() {
  const note = el("p.head-note", {}, "");
  const read = iconButton("check", "Mark everything as read", () => markAllRead(null));
  const below = el("div", {});
  const feed = new Feed(null, async (rows) => {
    const unread = Object.values(await unreadCounts()).reduce((sum, count) => sum + count, 0);
    note.textContent = unread ? `${unread} unread` : rows.length ? "All read" : "";
    read.hidden = !unread;
    const topics = rows.length ? [] : await followedTopics();
    below.replaceChildren(
      ...(rows.length ? [] : [topics.length ? invitation(topics[0].topic, "Nothing has rung yet") : firstTopic()]),
    );
  });
  const head = el("div.head", {}, el("div", {}, el("h1", {}, "Inbox"), note), read);
  const notice = offNotice();
  return {
    element: el("div", {}, head, notice.element, feed.element, below),
    feed,
    close: () => (feed.close(), notice.close()),
  };
}

function firstTopic() {
  return el(
    "div.invitation",
    {},
    stillBell(),
    el(
      "div.invitation-words",
      {},
      el("h2", {}, "Nothing can ring yet"),
      el("p", {}, "A topic is a name that messages are sent to. Subscribe to one and this device rings for it."),
    ),
    el("a.button.brass", { href: "/app/follow" }, icon("plus"), "Subscribe to a topic"),
  );
}
