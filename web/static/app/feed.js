// The list of messages: of the inbox, or of one topic.
import { el } from "./dom.js";
import { loadEmoji } from "./emoji.js";
import { loadOlder } from "./history.js";
import { gathered, onNews } from "./news.js";
import { reachOf } from "./reach.js";
import { refreshTimes, rowElement, showReach, stampOf } from "./row.js";
import { newestRows } from "./rows.js";
import { followedTopics } from "./state.js";
import { swipeable } from "./swipe.js";
import { dayName } from "./time.js";
/** @import { Row } from "./types.js" */

const PAGE = 50;
const TIMES_MS = 30_000;
const AHEAD_PX = 600;
const REACH_AGE_S = 3 * 86_400;

export class Feed {
  element = el("div.feed");
  /** @type {Row[]} */ rows = [];
  #end = el("p.feed-end", {});
  #limit = PAGE;
  #complete = false;
  #busy = false;
  #first = true;
  #selected = "";
  /** @type {Map<string, {stamp: string, item: HTMLElement}>} */ #items = new Map();
  /** @type {Map<string, {section: HTMLElement, list: HTMLElement}>} */ #days = new Map();
  /** @type {(() => void)[]} */ #stops = [];
  /** @type {IntersectionObserver} */ #seen;

  /**
   * @param {string | null} topic null for the inbox
   * @param {(rows: Row[]) => void} onchange called after each change of what is shown
   */
  constructor(topic, onchange) {
    this.topic = topic;
    this.onchange = onchange;
    this.element.append(this.#end);
    const refresh = gathered(() => this.refresh());
    this.#stops.push(onNews("rows", (news) => (!topic || !news.topics || news.topics.includes(topic)) && refresh()));
    this.#stops.push(onNews("topics", refresh));
    const timer = setInterval(() => refreshTimes(this.element), TIMES_MS);
    this.#stops.push(() => clearInterval(timer));
    this.#watchEnd();
    this.#seen = this.#watchRows();
    refresh();
  }

  close() {
    for (const stop of this.#stops) stop();
  }

  /** Read the newest rows and change on the page only what is different. */
  async refresh() {
    this.rows = await newestRows(this.topic, this.#limit);
    await loadEmoji(this.rows.flatMap((row) => row.head.tags || []));
    const keys = new Set(this.rows.map((row) => row.key));
    for (const [key, { item }] of this.#items) if (!keys.has(key)) (item.remove(), this.#items.delete(key));
    this.#placeDays(groupBy(this.rows, dayOf));
    this.#first = false;
    this.select(this.#selected);
    this.onchange(this.rows);
  }

  /** Mark the row of the open message. @param {string} key */
  select(key) {
    this.#selected = key;
    for (const [each, { item }] of this.#items) {
      const link = /** @type {HTMLElement} */ (item.querySelector(".row"));
      if (each === key) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  /**
   * The link of a row, to go there or to focus it.
   * @param {string} key
   * @returns {HTMLAnchorElement | null | undefined}
   */
  linkOf(key) {
    return this.#items.get(key)?.item.querySelector("a.row");
  }

  /** @param {Map<string, Row[]>} days */
  #placeDays(days) {
    for (const [name, { section }] of this.#days) if (!days.has(name)) (section.remove(), this.#days.delete(name));
    /** @type {Node} */
    let next = this.element.firstChild || this.#end;
    for (const [name, rows] of days) {
      const { section, list } = this.#dayElement(name);
      if (section === next) next = /** @type {Node} */ (section.nextSibling);
      else this.element.insertBefore(section, next);
      this.#placeRows(list, rows);
    }
  }

  /** @param {string} name */
  #dayElement(name) {
    const held = this.#days.get(name);
    if (held) return held;
    const list = el("ol", {});
    const day = { section: el("section", { "aria-label": name }, el("h2.day", {}, name), list), list };
    this.#days.set(name, day);
    return day;
  }

  /** @param {HTMLElement} list @param {Row[]} rows */
  #placeRows(list, rows) {
    let next = list.firstChild;
    for (const row of rows) {
      const item = this.#itemElement(row);
      if (item === next) next = item.nextSibling;
      else list.insertBefore(item, next);
    }
  }

  /** @param {Row} row */
  #itemElement(row) {
    const stamp = stampOf(row);
    const held = this.#items.get(row.key);
    if (held?.stamp === stamp) return held.item;
    const link = rowElement(row, this.topic);
    const item = held?.item || el(this.#first ? "li.item" : "li.item.new", {});
    item.replaceChildren(link);
    if (!held) swipeable(item, row.key);
    this.#items.set(row.key, { stamp, item });
    this.#seen.observe(link);
    return item;
  }

  #watchRows() {
    const seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        this.#askReach(/** @type {HTMLElement} */ (target));
      }
    });
    this.#stops.push(() => seen.disconnect());
    return seen;
  }

  /** @param {HTMLElement} link */
  async #askReach(link) {
    const row = this.rows.find((each) => each.key === link.dataset.key);
    if (row && Date.now() / 1000 - row.head.time < REACH_AGE_S) showReach(link, await reachOf(row.head.id));
  }

  /** More when the end comes into view: first what is kept here, then what the server has. */
  #watchEnd() {
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#more(), {
      rootMargin: `${AHEAD_PX}px`,
    });
    watch.observe(this.#end);
    this.#stops.push(() => watch.disconnect());
  }

  async #more() {
    if (this.#busy || this.#complete || !this.rows.length) return;
    this.#busy = true;
    try {
      if (this.rows.length >= this.#limit) this.#limit += PAGE;
      else this.#complete = !(await this.#older());
      await this.refresh();
    } catch {
      return; // offline: what is kept here is what there is
    } finally {
      this.#busy = false;
    }
    this.#end.textContent = this.#complete && this.rows.length > 8 ? "That is everything there is." : "";
    if (this.#end.getBoundingClientRect().top < innerHeight + AHEAD_PX) await this.#more();
  }

  /** @returns {Promise<boolean>} whether the server has still more */
  async #older() {
    const topics = this.topic === null ? (await followedTopics()).map((topic) => topic.topic) : [this.topic];
    const oldest = this.rows[this.rows.length - 1];
    const first = oldest.versions[oldest.versions.length - 1] || oldest.head;
    return topics.length > 0 && loadOlder(topics, first.id);
  }
}

/** @param {Row} row */
function dayOf(row) {
  return dayName(row.head.time, Date.now());
}

/** @template T @param {T[]} items @param {(item: T) => string} nameOf @returns {Map<string, T[]>} */
function groupBy(items, nameOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group) group.push(item);
    else groups.set(nameOf(item), [item]);
  }
  return groups;
}
