// Reading and marking the messages that are kept here: what the feeds show.
import { done, transact, walk } from "./database.js";
import { showBadge } from "./keep.js";
import { tell } from "./state.js";
/** @import { Row } from "./types.js" */

const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Rows newest first, of one topic or of the inbox (topic null).
 * @param {string | null} topic
 * @param {number} limit
 * @returns {Promise<Row[]>}
 */
export function newestRows(topic, limit) {
  return transact(["rows"], "readonly", async (rows) => {
    const range = topic === null ? null : IDBKeyRange.bound([topic, 0], [topic, NEVER]);
    const request = rows.index(topic === null ? "inbox" : "topic").openCursor(range, "prev");
    /** @type {Row[]} */
    const found = [];
    await walk(request, (cursor) => found.push(cursor.value) < limit);
    return found;
  });
}

/** @param {string} key @param {(row: Row) => Row} change */
export async function changeRow(key, change) {
  const row = await transact(["rows"], "readwrite", async (rows) => {
    const before = await done(rows.get(key));
    if (!before) return null;
    const after = change(before);
    rows.put(after);
    return after;
  });
  if (!row) return;
  tell({ kind: "rows", topics: [row.topic] });
  await showBadge();
}

/** @param {string} key @param {boolean} read */
export function markRead(key, read = true) {
  return changeRow(key, (row) => {
    const { unread: _, ...rest } = row;
    return read ? rest : { ...rest, unread: row.topic };
  });
}

/** @param {string} key @param {boolean} archived */
export function archive(key, archived = true) {
  return changeRow(key, ({ inbox: _, unread, ...rest }) => (archived ? rest : { ...rest, unread, inbox: rest.sort }));
}

/** Everything in a topic, or everywhere. @param {string | null} topic */
export async function markAllRead(topic) {
  await transact(["rows"], "readwrite", async (rows) => {
    const unread = await done(rows.index("unread").getAll(topic === null ? null : topic));
    for (const { unread: _, ...row } of unread) rows.put(row);
  });
  tell({ kind: "rows", topics: topic === null ? null : [topic] });
  await showBadge();
}

/** Stop keeping a topic: its settings and its messages. @param {string} topic */
export async function dropTopic(topic) {
  await transact(["rows", "topics"], "readwrite", async (rows, topics) => {
    topics.delete(topic);
    await walk(rows.openCursor(IDBKeyRange.bound(`${topic}/`, `${topic}/\uffff`)), (cursor) => void cursor.delete());
  });
  tell({ kind: "topics" });
  await showBadge();
}

/**
 * Remove what is older than this; a feed that is kept for ever would one day be refused by the browser.
 * @param {number} before Unix seconds
 */
export async function forgetOlderThan(before) {
  await transact(["rows"], "readwrite", (rows) =>
    walk(rows.openCursor(), (cursor) => {
      const row = /** @type {Row} */ (cursor.value);
      if ((row.head?.time ?? row.gone ?? 0) < before) cursor.delete();
    }),
  );
}
