// Rows on the page, under the days they belong to. Only what is different is touched.
import { el } from "./dom.js";
import { rowElement, stampOf } from "./row.js";
import { swipeable } from "./swipe.js";
import { dayName } from "./time.js";
/** @import { Row } from "../../types.js" */

export class DayList {
  element = el("div", {});
  /** Only what comes after this slides in; NaN while nothing was shown yet. */ #newest = NaN;
  #selected = "";
  /** @type {Map<string, {stamp: string, item: HTMLElement}>} */ #items = new Map();
  /** Days and hours by name. @type {Map<string, HTMLElement>} */ #groups = new Map();

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
    const now = Date.now();
    const days = grouped(rows, (row) => dayName(row.head.time, now));
    arrange(
      this.element,
      [...days].map(([name, ofDay]) => this.#dayElement(name, ofDay)),
    );
    for (const [name, group] of this.#groups) if (!this.element.contains(group)) this.#groups.delete(name);
    this.#newest = rows[0]?.head.time ?? 0;
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

  /** @param {string} day @param {Row[]} rows */
  #dayElement(day, rows) {
    const section = this.#group(day, rows, () => el("section", { "aria-label": day }, el("h2.day", {}, day)));
    const hours = [...grouped(rows, (row) => new Date(row.head.time * 1000).getHours())];
    arrange(section, [
      section.firstElementChild,
      ...hours.map(([hour, ofHour]) => this.#hourElement(day, hour, ofHour)),
    ]);
    return section;
  }

  /** @param {string} day @param {number} hour @param {Row[]} rows */
  #hourElement(day, hour, rows) {
    const list = this.#group(`${day} ${hour}`, rows, () => el("ol", {}));
    arrange(
      list,
      rows.map((row) => this.#itemElement(row)),
    );
    return list;
  }

  /**
   * The element of a day or an hour, which tells the style sheet how many rows it has.
   * @param {string} name
   * @param {Row[]} rows
   * @param {() => HTMLElement} make
   */
  #group(name, rows, make) {
    const element = this.#groups.get(name) || make();
    this.#groups.set(name, element);
    element.style.setProperty("--rows", String(rows.length));
    return element;
  }

  /** @param {Row} row */
  #itemElement(row) {
    const stamp = stampOf(row);
    const held = this.#items.get(row.key);
    if (held?.stamp === stamp) return held.item;
    const link = rowElement(row, this.topic);
    if (row.key === this.#selected) link.setAttribute("aria-current", "true");
    const item = held?.item || el(row.head.time >= this.#newest ? "li.item.new" : "li.item", {});
    const focused = item.contains(document.activeElement);
    item.replaceChildren(link);
    if (focused) link.focus({ preventScroll: true });
    if (!held) swipeable(item, row.key);
    this.#items.set(row.key, { stamp, item });
    this.onrow(link, row);
    return item;
  }
}

/**
 * Make these the children, in this order, without moving those that are in place.
 * @param {HTMLElement} parent
 * @param {(Element | null)[]} children
 */
function arrange(parent, children) {
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = child && child.nextElementSibling;
    else if (child) parent.insertBefore(child, next);
  }
  while (next) {
    const gone = next;
    next = next.nextElementSibling;
    gone.remove();
  }
}

/**
 * @template K
 * @param {Row[]} rows
 * @param {(row: Row) => K} nameOf
 * @returns {Map<K, Row[]>}
 */
function grouped(rows, nameOf) {
  /** @type {Map<K, Row[]>} */
  const groups = new Map();
  for (const row of rows) {
    const name = nameOf(row);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}
