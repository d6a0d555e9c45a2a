// The inbox: everything, whatever the topic.
import { el, icon, iconButton } from "./dom.js";
import { Feed } from "./feed.js";
import { invitation } from "./invitation.js";
import { unreadCounts } from "./keep.js";
import { offNotice } from "./notice.js";
import { markAllRead } from "./rows.js";
import { searchControls } from "./search.js";
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
    below.replaceChildren(...(rows.length || feed.isSearch ? [] : [await emptyInbox()]));
  });
  const search = searchControls(() => feed);
  const head = el("div.head", {}, el("div", {}, el("h1", {}, "Inbox"), note), search.button, read, search.field);
  const notice = offNotice();
  return {
    element: el("div", {}, head, notice.element, feed.element, below),
    feed,
    close: () => (feed.close(), notice.close()),
  };
}

async function emptyInbox() {
  const [first] = await followedTopics();
  return first ? invitation(first.topic, "Nothing has rung yet") : firstTopic();
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
