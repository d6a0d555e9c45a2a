// Which rows a list consists of, as far as it was scrolled.
import { loadOlder } from "./history.js";
import { placeIn, readRows, rowsOf } from "./rows.js";
import { followedTopics } from "./state.js";
/** @import { Row } from "../../types.js" */

const PAGE = 50;

export class Listing {
  /** Newest first. @type {Row[]} */ rows = [];
  /** All that this device keeps is here. */ #drained = false;
  /** @type {string[]} */ #words = [];
  /** The server has no more either. */ complete = false;

  /** @param {string | null} topic null for the inbox */
  constructor(topic) {
    this.topic = topic;
  }

  /** Only rows that have all of these words; "" for all rows. @param {string} words */
  async search(words) {
    this.#words = words.toLowerCase().split(/\s+/).filter(Boolean);
    this.rows = [];
    this.complete = false;
    await this.reload();
  }

  get isSearch() {
    return this.#words.length > 0;
  }

  /** Read it anew, as long as it was. */
  async reload() {
    const limit = Math.max(PAGE, this.rows.length);
    this.rows = await readRows(this.topic, limit, undefined, this.#wanted);
    this.#drained = this.rows.length < limit;
  }

  /** Take over what changed in these rows. @param {string[]} keys */
  async update(keys) {
    const changed = new Set(keys);
    const rows = this.rows.filter((row) => !changed.has(row.key));
    for (const row of await rowsOf(keys)) if (this.#reaches(this.#place(row)) && this.#wanted(row)) rows.push(row);
    this.rows = rows.sort((a, b) => this.#place(b) - this.#place(a));
  }

  /** One page more: first of what is kept here, then of what the server has. Rejects when it cannot be asked. */
  async more() {
    if (this.#drained) this.complete = !(await this.#ask());
    const held = new Set(this.rows.map((row) => row.key));
    const end = this.rows.length ? this.#place(this.rows[this.rows.length - 1]) : undefined;
    const next = await readRows(this.topic, PAGE + 1, end, this.#wanted);
    this.#drained = next.length <= PAGE;
    this.rows = [...this.rows, ...next.filter((row) => !held.has(row.key))];
  }

  #wanted = (/** @type {Row} */ row) => {
    const { topic, title, message, tags } = row.head;
    const text = [topic, title, message, tags].join(" ").toLowerCase();
    return this.#words.every((word) => text.includes(word));
  };

  /** @param {Row} row */
  #place(row) {
    return placeIn(row, this.topic) ?? -1;
  }

  /** Whether a place lies in the part that was read. @param {number} place */
  #reaches(place) {
    if (place < 0) return false;
    return this.#drained || !this.rows.length || place >= this.#place(this.rows[this.rows.length - 1]);
  }

  /** @returns {Promise<boolean>} whether the server has still more */
  async #ask() {
    const topics = this.topic === null ? (await followedTopics()).map((topic) => topic.topic) : [this.topic];
    const oldest = this.rows[this.rows.length - 1];
    if (!topics.length || !oldest || this.isSearch) return false;
    const first = oldest.versions[oldest.versions.length - 1] || oldest.head;
    return loadOlder(topics, first.id);
  }
}
