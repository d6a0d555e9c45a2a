// What the feed pane shows: the inbox, a topic, or the list of topics.
import { allowPanel } from "./allow.js";
import { commandBox, curlCommand } from "./command.js";
import { deviceState } from "./device.js";
import { el, icon, iconButton } from "./dom.js";
import { Feed } from "./feed.js";
import { unreadCounts } from "./keep.js";
import { gathered, onNews } from "./news.js";
import { threshold } from "./priority.js";
import { go, goBack } from "./router.js";
import { markAllRead } from "./rows.js";
import { until } from "./time.js";
import { FOR_EVER, follow, followed, followedTopics, isMuted } from "./topics.js";
import { stillBell } from "./trial.js";
/** @import { Row, Topic } from "./types.js" */

/** @typedef {{element: HTMLElement, feed?: Feed, ready?: Promise<any>, close?: () => void}} View */

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
    below.replaceChildren(...(rows.length ? [] : [topics.length ? invitation(topics[0].topic, "Nothing has rung yet") : firstTopic()]));
  });
  const head = el("div.head", {}, el("div", {}, el("h1", {}, "Inbox"), note), read);
  const notice = offNotice();
  return { element: el("div", {}, head, notice.element, feed.element, below), feed, close: () => (feed.close(), notice.close()) };
}

function firstTopic() {
  return el("div.invitation", {}, stillBell(), el("div.invitation-words", {}, el("h2", {}, "Nothing can ring yet"), el("p", {}, "A topic is a name that messages are sent to. Subscribe to one and this device rings for it.")), el("a.button.brass", { href: "/app/follow" }, icon("plus"), "Subscribe to a topic"));
}

/** The exact command, and a bell that listens. When the message comes, the feed above fills by itself. @param {string} topic @param {string} title */
function invitation(topic, title) {
  return el("div.invitation", {}, stillBell("listening"),
    el("div.invitation-words", {}, el("h2", {}, title), el("p", {}, "Send the first message from any shell, script or machine:")),
    commandBox(curlCommand(topic)),
    el("p.status", { role: "status" }, "Listening…"),
    el("a.button.small-button", { href: `/app/compose?topic=${topic}` }, icon("send"), "Or send one from here"));
}

/** @param {string} topic @returns {View} */
export function topicView(topic) {
  const element = el("div", {});
  /** @type {View} */
  const view = { element };
  view.ready = followed(topic).then((known) => {
    const inner = known ? followedTopic(topic) : stranger(topic);
    element.replaceChildren(inner.element);
    view.feed = inner.feed;
    view.close = inner.close;
  });
  return view;
}

/** @param {string} topic @returns {View} */
function followedTopic(topic) {
  const note = el("a.head-note", { href: `/${topic}?ring` });
  const below = el("div", {});
  let waited = false;
  const feed = new Feed(topic, (rows) => {
    if (rows.length && waited) return rang(below);
    waited ||= rows.length === 0;
    below.replaceChildren(...(rows.length ? [] : [invitation(topic, "Waiting for the first ring")]));
  });
  const describe = async () => {
    const now = await followed(topic);
    if (now) note.replaceChildren(howItRings(now));
  };
  const stop = onNews("topics", describe);
  const notice = offNotice();
  const head = el("div.head", {},
    iconButton("back", "Back to the topics", () => goBack("/app/topics"), { class: "icon-button back phone-only" }),
    el("div", {}, el("h1", {}, topic), el("p.head-note", {}, note)),
    iconButton("check", "Mark all as read", () => markAllRead(topic)),
    iconButton("bell", "How it rings", () => go(`/${topic}?ring`)),
    iconButton("send", `Send to ${topic}`, () => go(`/app/compose?topic=${topic}`)));
  return { element: el("div", {}, head, notice.element, feed.element, below), feed, ready: describe(), close: () => (feed.close(), notice.close(), stop()) };
}

/** The moment that the bell was waiting for. @param {HTMLElement} below */
function rang(below) {
  const bell = below.querySelector(".bell");
  if (!bell || bell.classList.contains("rang")) return;
  bell.classList.remove("listening");
  bell.classList.add("rang");
  /** @type {HTMLElement} */ (below.querySelector("h2")).textContent = "There it is";
  /** @type {HTMLElement} */ (below.querySelector("p")).textContent = "Every message to this topic now rings like that. Here is the command again:";
  /** @type {HTMLElement} */ (below.querySelector(".status")).textContent = "";
}

/** @param {Topic} topic */
export function howItRings(topic) {
  const now = Date.now();
  if (topic.muted_until >= FOR_EVER) return "Muted until you turn it on";
  if (isMuted(topic, now)) return `Muted until ${until(topic.muted_until, now)}`;
  return `Rings for ${threshold(topic.min_priority)}`;
}

/** Somebody followed a link to a topic. @param {string} topic @returns {View} */
function stranger(topic) {
  const join = async () => {
    await follow(topic);
    go(`/${topic}`, { replace: true });
  };
  const head = el("div.head", {}, iconButton("back", "Back", () => goBack("/"), { class: "icon-button back phone-only" }), el("div", {}, el("h1", {}, topic)));
  const panel = el("div.invitation", {}, stillBell(),
    el("div.invitation-words", {}, el("h2", {}, "You do not follow this topic yet"), el("p", {}, "Subscribe, and its messages appear here and ring this device.")),
    el("button.button.brass", { type: "button", onclick: join }, icon("plus"), "Subscribe"));
  return { element: el("div", {}, head, panel) };
}

/** Says once, calmly, that this device will not ring, with the one thing to do about it. */
function offNotice() {
  const element = el("div", {});
  const draw = async () => {
    const off = (await deviceState()) === "off" && (await followedTopics()).length > 0;
    if (!off) return element.replaceChildren();
    const open = () => element.replaceChildren(el("div.notice", {}, el("div", {}, el("p", {}, "Messages then ring on this device even when Pushbell is closed. Your browser asks once."), allowPanel({ onallowed: draw }))));
    if (element.childElementCount) return;
    element.replaceChildren(el("div.notice", {}, el("p", {}, "This device does not ring yet."), el("button.button.small-button", { type: "button", onclick: open }, "Turn on")));
  };
  draw();
  const stops = [onNews("device", draw), onNews("topics", draw)];
  return { element, close: () => stops.forEach((stop) => stop()) };
}

/** @returns {View} */
export function topicsView() {
  const list = el("nav.topic-list", { "aria-label": "Your topics" });
  const none = el("p.sheet.quiet", { hidden: true }, "You follow no topic yet. A topic is a name that messages are sent to; subscribe to one and this device rings for it.");
  const draw = async () => {
    const [topics, counts] = await Promise.all([followedTopics(), unreadCounts()]);
    none.hidden = topics.length > 0;
    list.replaceChildren(...topics.map((topic) => topicLine(topic, counts[topic.topic] || 0)));
  };
  const redraw = gathered(draw);
  const stops = [onNews("topics", redraw), onNews("rows", redraw)];
  const head = el("div.head", {}, el("div", {}, el("h1", {}, "Topics")));
  const actions = el("div.actions", {}, el("a.button.brass", { href: "/app/follow" }, icon("plus"), "Subscribe to a topic"));
  return { element: el("div", {}, head, none, list, actions), ready: draw(), close: () => stops.forEach((stop) => stop()) };
}

/** @param {Topic} topic @param {number} unread */
function topicLine(topic, unread) {
  return el("a.topic-line", { href: `/${topic.topic}` },
    el("div", {}, el("span.name", {}, topic.topic), el("span.quiet.small", {}, howItRings(topic))),
    isMuted(topic, Date.now()) && icon("bell-off"),
    unread > 0 && el("b.count", { "aria-label": `${unread} unread` }, String(unread)),
    icon("forward"));
}
