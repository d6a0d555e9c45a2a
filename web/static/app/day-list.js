// Rows on the page, under the days they belong to. Only what is different is touched.
import { el } from "./dom.js";
import { rowElement, stampOf } from "./row.js";
import { swipeable } from "./swipe.js";
import { dayName } from "./time.js";
/** @import { Row } from "../../types.js" */

export class DayList {
  element = el("div", {});
  #first = true;
  #selected = "";
  /** @type {Map<string, {stamp: string, item: HTMLElement}>} */ #items = new Map();
  /** @type {Map<string, {section: HTMLElement, list: HTMLElement}>} */ #days = new Map();

  /**
   * @param {string | null} topic null for the inbox
   * @param {(link: HTMLElement, row: Row) => void} onrow called for each row that is drawn
   */
  constructor(topic, onrow) {
    this.topic = topic;
    this.onrow = onrow;
  }

  /** @param {Row[]} rows newest first */
  show(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { item }] of this.#items) if (!keys.has(key)) (item.remove(), this.#items.delete(key));
    const days = groupByDay(rows);
    for (const [name, { section }] of this.#days) if (!days.has(name)) (section.remove(), this.#days.delete(name));
    const elements = [...days].map(([name, ofDay]) => this.#dayElement(name, ofDay));
    arrange(this.element, elements);
    this.#first = false;
  }

  /** Mark the row of the open message. @param {string} key */
  select(key) {
    this.linkOf(this.#selected)?.removeAttribute("aria-current");
    this.linkOf(key)?.setAttribute("aria-current", "true");
    this.#selected = key;
  }

  /**
   * The link of a row, to go there or to focus it.
   * @param {string} key
   * @returns {HTMLAnchorElement | null | undefined}
   */
  linkOf(key) {
    return this.#items.get(key)?.item.querySelector("a.row");
  }

  /** @param {string} name @param {Row[]} rows */
  #dayElement(name, rows) {
    const day = this.#days.get(name) || newDay(name);
    this.#days.set(name, day);
    arrange(
      day.list,
      rows.map((row) => this.#itemElement(row)),
    );
    return day.section;
  }

  /** @param {Row} row */
  #itemElement(row) {
    const stamp = stampOf(row);
    const held = this.#items.get(row.key);
    if (held?.stamp === stamp) return held.item;
    const link = rowElement(row, this.topic);
    if (row.key === this.#selected) link.setAttribute("aria-current", "true");
    const item = held?.item || el(this.#first ? "li.item" : "li.item.new", {});
    item.replaceChildren(link);
    if (!held) swipeable(item, row.key);
    this.#items.set(row.key, { stamp, item });
    this.onrow(link, row);
    return item;
  }
}

/** @param {string} name */
function newDay(name) {
  const list = el("ol", {});
  return { section: el("section", { "aria-label": name }, el("h2.day", {}, name), list), list };
}

/** Make these the children, in this order, without moving those that are in place. @param {HTMLElement} parent @param {HTMLElement[]} children */
function arrange(parent, children) {
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

/** @param {Row[]} rows @returns {Map<string, Row[]>} */
function groupByDay(rows) {
  const now = Date.now();
  /** @type {Map<string, Row[]>} */
  const days = new Map();
  for (const row of rows) {
    const name = dayName(row.head.time, now);
    const day = days.get(name);
    if (day) day.push(row);
    else days.set(name, [row]);
  }
  return days;
}
