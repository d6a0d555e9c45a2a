// Keeping messages on this device. Shared by the page and the service worker.
import { done, transact } from "./database.js";
import { fold, keyOf } from "./sequence.js";
import { tell } from "./state.js";
/** @import { Message, Row } from "../../types.js" */

/**
 * Fold messages, oldest first, into the rows. Returns those that changed something: the rest was known already.
 * @param {Message[]} messages
 * @param {{older?: boolean, read?: boolean}} [how] `older`: a page of the history; `read`: do not count as unread
 * @returns {Promise<Message[]>}
 */
export async function keepMessages(messages, how = {}) {
  if (!messages.length) return [];
  const changed = await transact(["rows"], "readwrite", async (rows) => {
    const news = [];
    for (const message of messages) {
      const known = await done(rows.get(keyOf(message)));
      const row = fold(known, message, { older: how.older, sort: await place(rows, message) });
      if (!row) continue;
      if (how.read) delete row.unread;
      rows.put(row);
      news.push(message);
    }
    return news;
  });
  if (changed.length) tell({ kind: "rows", keys: [...new Set(changed.map(keyOf))] });
  return changed;
}

/**
 * Times are whole seconds: messages of the same second follow each other by thousandths, in the order they came.
 * @param {IDBObjectStore} rows
 * @param {Message} message
 */
async function place(rows, message) {
  const range = IDBKeyRange.bound([message.topic, message.time], [message.topic, message.time + 1], false, true);
  const last = await done(rows.index("topic").openKeyCursor(range, "prev"));
  return last ? /** @type {number[]} */ (last.key)[1] + 0.001 : message.time;
}

/** How many rows are unread, by topic. @returns {Promise<Record<string, number>>} */
export async function unreadCounts() {
  const keys = await transact(["rows"], "readonly", (rows) => done(rows.index("unread").getAllKeys()));
  /** @type {Record<string, number>} */
  const counts = {};
  for (const key of keys) {
    const topic = String(key).split("/", 1)[0];
    counts[topic] = (counts[topic] || 0) + 1;
  }
  return counts;
}

/** The number on the app's icon. */
export async function showBadge() {
  if (!("setAppBadge" in navigator)) return;
  const total = Object.values(await unreadCounts()).reduce((sum, count) => sum + count, 0);
  await (total ? navigator.setAppBadge(total) : navigator.clearAppBadge()).catch(() => {});
}

/** @param {string} id of any version @returns {Promise<Row | undefined>} */
export function rowOf(id) {
  return transact(["rows"], "readonly", (rows) => done(rows.index("ids").get(id)));
}
