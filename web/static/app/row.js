// One line of a feed.
import { el, icon } from "./dom.js";
import { splitTags } from "./emoji.js";
import { linkName, safeImage, safeLink } from "./links.js";
import { plainText } from "./markdown.js";
import { priorityName } from "./priority.js";
import { reachWords } from "./reach.js";
import { messagePath } from "./router.js";
import { agoInDay, exact } from "./time.js";
/** @import { Message, Row } from "../../types.js" */
/** @import { Reach } from "./reach.js" */

/** What a row looks like depends on this and nothing else. @param {Row} row */
export function stampOf(row) {
  return `${row.head.id} ${row.head.truncated ? 1 : 0} ${row.unread ? 1 : 0} ${row.versions.length}`;
}

/**
 * @param {Row} row
 * @param {string | null} topic the list that it is in; null for the inbox, which tells the topics
 */
export function rowElement(row, topic) {
  const { head } = row;
  const tags = splitTags(head.tags);
  const href = messagePath(topic, row.head.id);
  return el(
    "a.row",
    { href, "data-key": row.key, "data-priority": head.priority || 3, "data-unread": Boolean(row.unread) },
    sign(head, tags.emojis),
    el(
      "div",
      {},
      row.unread && el("span.unseen", {}, "Unread. "),
      head.priority && head.priority !== 3 && el("span.unseen", {}, `Priority ${priorityName(head.priority)}. `),
      ...words(head, tags.emojis),
      marks(row, topic, tags.words),
    ),
  );
}

/** @param {Message} head @param {string[]} emojis */
function words(head, emojis) {
  const time = timeElement(head.time);
  const text = textOf(head);
  const rest = emojis.slice(1).join(" ");
  if (!head.title)
    return [el("div.row-head", {}, el("p.row-title.row-text.alone", {}, rest && `${rest} `, text), time)];
  return [
    el("div.row-head", {}, el("p.row-title", {}, rest && `${rest} `, head.title), time),
    el("p.row-text", {}, text),
  ];
}

/** @param {Message} message */
export function textOf(message) {
  return message.content_type === "text/markdown" ? plainText(message.message || "") : message.message || "";
}

/**
 * The picture at the left: the sender's, the first emoji, or the topic's initial.
 * @param {Message} head
 * @param {string[]} emojis
 */
function sign(head, emojis) {
  const source = safeImage(head.icon);
  if (source) {
    const image = el("img", { src: source, alt: "", loading: "lazy", referrerpolicy: "no-referrer" });
    image.onerror = () => image.replaceWith(head.topic[0].toUpperCase());
    return el("span.sign", { "aria-hidden": "true" }, image);
  }
  if (emojis.length) return el("span.sign.emoji", { "aria-hidden": "true" }, emojis[0]);
  return el("span.sign", { "aria-hidden": "true" }, head.topic[0].toUpperCase());
}

/** @param {Row} row @param {string | null} topic @param {string[]} tags */
function marks({ head, versions }, topic, tags) {
  const link = safeLink(head.click);
  const repeats = versions.length + 1;
  return el(
    "div.row-marks",
    {},
    topic === null && el("span.mono", {}, head.topic),
    el("span.reach", { hidden: true }),
    repeats > 1 && el("span", { title: `${repeats} versions` }, icon("history"), `${repeats} updates`),
    link && el("span", {}, icon("external"), linkName(link)),
    ...tags.slice(0, 3).map((tag) => el("span.chip", {}, tag)),
  );
}

/** @param {HTMLElement} element a row @param {Reach | null} reach */
export function showReach(element, reach) {
  const mark = /** @type {HTMLElement | null} */ (element.querySelector(".reach"));
  const said = reach && reachWords(reach);
  if (!mark || !said) return;
  mark.hidden = false;
  mark.classList.toggle("partly", said.lost);
  mark.replaceChildren(icon(said.all ? "check" : said.lost ? "alert" : "device"), said.text);
  mark.title = `Reached ${said.text}`;
}

/** A time under the heading of its day. `refreshTimes` keeps it true. @param {number} at Unix seconds */
function timeElement(at) {
  return el(
    "time.row-time",
    { datetime: new Date(at * 1000).toISOString(), title: exact(at), "data-at": at, "aria-label": exact(at) },
    agoInDay(at, Date.now()),
  );
}

/** @param {ParentNode} within */
export function refreshTimes(within) {
  const now = Date.now();
  for (const time of /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll(".row-time"))) {
    const words = agoInDay(Number(time.dataset.at), now);
    if (time.textContent !== words) time.textContent = words;
  }
}
