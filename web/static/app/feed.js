// The list of messages: of the inbox, or of one topic. It keeps itself true while it is on the page.
import { DayList } from "./day-list.js";
import { el } from "./dom.js";
import { loadEmoji } from "./emoji.js";
import { Listing } from "./listing.js";
import { gathered, onNews } from "./news.js";
import { reachOf } from "./reach.js";
import { refreshTimes, showReach } from "./row.js";
import { dayStart } from "./time.js";
/** @import { Row } from "../../types.js" */

const TIMES_MS = 30_000;
const AHEAD_PX = 600;
const REACH_AGE_S = 3 * 86_400;

export class Feed {
  #listing;
  #days;
  #end = el("p.feed-end", {});
  #busy = false;
  #drawn = 0;
  /** Keys that changed since the last refresh; null for "anything". @type {Set<string> | null} */ #changed = null;
  /** @type {WeakMap<Element, Row>} */ #unasked = new WeakMap();
  /** @type {(() => void)[]} */ #stops = [];

  /**
   * @param {string | null} topic null for the inbox
   * @param {(rows: Row[]) => void} onchange called after each change of what is shown
   */
  constructor(topic, onchange) {
    this.onchange = onchange;
    this.#listing = new Listing(topic);
    const seen = this.#watch((target) => this.#askReach(seen, target));
    this.#days = new DayList(topic, (link, row) => this.#askWhenSeen(seen, link, row));
    this.element = el("div.feed", {}, this.#days.element, this.#end);
    this.#watch(() => this.#more(), `${AHEAD_PX}px`).observe(this.#end);
    this.#listen();
  }

  get rows() {
    return this.#listing.rows;
  }

  close() {
    for (const stop of this.#stops) stop();
  }

  /** Show only what has these words. @param {string} words */
  async search(words) {
    await this.#listing.search(words);
    await this.#draw();
  }

  get isSearch() {
    return this.#listing.isSearch;
  }

  /** @param {string} key */
  select(key) {
    this.#days.select(key);
  }

  /** @param {string} key */
  linkOf(key) {
    return this.#days.linkOf(key);
  }

  #listen() {
    const refresh = gathered(() => this.#refresh());
    this.#stops.push(
      onNews("topics", () => ((this.#changed = null), refresh())),
      onNews("rows", ({ keys }) => {
        for (const key of keys) this.#changed?.add(key);
        refresh();
      }),
    );
    const timer = setInterval(() => this.#age(), TIMES_MS);
    this.#stops.push(() => clearInterval(timer));
    refresh();
  }

  /** Times grow older, and at midnight today becomes yesterday. */
  #age() {
    refreshTimes(this.element);
    if (this.#drawn !== dayStart(Date.now())) this.#draw();
  }

  async #refresh() {
    const changed = this.#changed;
    this.#changed = new Set();
    await (changed ? this.#listing.update([...changed]) : this.#listing.reload());
    await this.#draw();
  }

  async #draw() {
    await loadEmoji(this.rows.flatMap((row) => row.head.tags || []));
    this.#days.show(this.rows);
    this.#drawn = dayStart(Date.now());
    this.#end.textContent = this.#endWords();
    this.onchange(this.rows);
  }

  #endWords() {
    if (this.isSearch && !this.rows.length) return "No message on this device has these words.";
    return this.#listing.complete && this.rows.length > 8 ? "That is everything there is." : "";
  }

  async #more() {
    if (this.#busy || this.#listing.complete || !this.rows.length) return;
    this.#busy = true;
    try {
      await this.#listing.more();
      await this.#draw();
    } catch {
      return; // offline: what is kept here is what there is
    } finally {
      this.#busy = false;
    }
    if (this.#end.getBoundingClientRect().top < innerHeight + AHEAD_PX) await this.#more();
  }

  /** @param {(target: Element) => void} onseen @param {string} [rootMargin] */
  #watch(onseen, rootMargin = "0px") {
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) if (entry.isIntersecting) onseen(entry.target);
      },
      { rootMargin },
    );
    this.#stops.push(() => observer.disconnect());
    return observer;
  }

  /** @param {IntersectionObserver} seen @param {HTMLElement} link @param {Row} row */
  #askWhenSeen(seen, link, row) {
    if (Date.now() / 1000 - row.head.time > REACH_AGE_S) return;
    this.#unasked.set(link, row);
    seen.observe(link);
  }

  /** @param {IntersectionObserver} seen @param {Element} link */
  async #askReach(seen, link) {
    seen.unobserve(link);
    const row = this.#unasked.get(link);
    if (row) showReach(/** @type {HTMLElement} */ (link), await reachOf(row.head.id));
  }
}
