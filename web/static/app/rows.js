// Reading and marking the messages that are kept here: what the feeds show.
import { done, transact, walk } from "./database.js";
import { showBadge } from "./keep.js";
import { tell } from "./state.js";
/** @import { Row } from "../../types.js" */

const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Where a row stands in a list, of one topic or of the inbox (topic null); undefined when it is not in it.
 * @param {Row} row
 * @param {string | null} topic
 */
export function placeIn(row, topic) {
  if (topic === null) return row.inbox;
  return row.topic === topic ? row.sort : undefined;
}

/**
 * Rows of a list, newest first, from a place in it on (inclusive: rows of several topics may share one).
 * @param {string | null} topic
 * @param {number} limit
 * @param {number} [from]
 * @param {(row: Row) => boolean} [wanted]
 * @returns {Promise<Row[]>}
 */
export function readRows(topic, limit, from = NEVER, wanted = () => true) {
  return transact(["rows"], "readonly", async (rows) => {
    const range = topic === null ? IDBKeyRange.upperBound(from) : IDBKeyRange.bound([topic, 0], [topic, from]);
    const request = rows.index(topic === null ? "inbox" : "topic").openCursor(range, "prev");
    /** @type {Row[]} */
    const found = [];
    await walk(request, (cursor) => {
      if (wanted(cursor.value)) found.push(cursor.value);
      return found.length < limit;
    });
    return found;
  });
}

/**
 * The rows with these keys that exist.
 * @param {string[]} keys
 * @returns {Promise<Row[]>}
 */
export function rowsOf(keys) {
  return transact(["rows"], "readonly", async (rows) => {
    const found = await Promise.all(keys.map((key) => done(rows.get(key))));
    return found.filter(Boolean);
  });
}

/** @param {string} key @param {(row: Row) => Row} change */
async function changeRow(key, change) {
  const row = await transact(["rows"], "readwrite", async (rows) => {
    const before = await done(rows.get(key));
    if (!before) return null;
    const after = change(before);
    rows.put(after);
    return after;
  });
  if (!row) return;
  tell({ kind: "rows", keys: [key] });
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
  const keys = await transact(["rows"], "readwrite", async (rows) => {
    const unread = await done(rows.index("unread").getAll(topic));
    for (const { unread: _, ...row } of unread) rows.put(row);
    return unread.map((row) => row.key);
  });
  tell({ kind: "rows", keys });
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
