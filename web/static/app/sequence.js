// What a message does to the row of its sequence. Pure: the page and the service worker decide the same.
/** @import { Message, Row } from "../../types.js" */

const VERSIONS_KEPT = 20;
const IDS_KEPT = 100;

/** @param {Message} message */
export function keyOf(message) {
  return `${message.topic}/${message.sequence_id || message.id}`;
}

/**
 * The row after this message, or null when it changes nothing. A message that comes a second time is recognised by
 * its ID; one from an older page of the history (`older`) never becomes the head of a row that has one.
 * @param {Row | undefined} row
 * @param {Message} message
 * @param {{older?: boolean, sort?: number}} [how]
 * @returns {Row | null}
 */
export function fold(row, message, how = {}) {
  const known = row || emptyRow(message);
  if (known.ids.includes(message.id)) return completed(known, message);
  const next = { ...known, ids: [...known.ids, message.id].slice(-IDS_KEPT) };
  if (message.event === "message_delete") return deleted(next, message);
  if (message.event === "message_clear") return row ? without(next, "unread") : null;
  if (next.gone !== undefined && message.time <= next.gone) return next;
  if (row?.head && (how.older ? row.gone === undefined : message.time < row.head.time)) {
    return { ...next, versions: ordered([...next.versions, message]) };
  }
  return risen(next, message, how.sort ?? message.time);
}

/** @param {Message} message @returns {Row} */
function emptyRow(message) {
  const sequence = message.sequence_id || message.id;
  return {
    key: keyOf(message),
    topic: message.topic,
    sequence,
    ids: [],
    head: /** @type {any} */ (null),
    versions: [],
  };
}

/**
 * A push may have been cut to fit; the whole message arrives later under the same ID.
 * @param {Row} row
 * @param {Message} message
 */
function completed(row, message) {
  if (message.truncated) return null;
  if (row.head?.id === message.id && row.head.truncated) return { ...row, head: message };
  return null;
}

/** @param {Row} row @param {Message} message @param {number} sort @returns {Row} */
function risen(row, message, sort) {
  const versions = row.head && row.gone === undefined ? ordered([row.head, ...row.versions]) : [];
  const { gone: _, ...rest } = row;
  return { ...rest, head: message, versions, sort, inbox: sort, unread: message.topic };
}

/**
 * Everything but the IDs goes; the row stays as a grave, so that a late push cannot bring it back.
 * @param {Row} row
 * @param {Message} message
 */
function deleted(row, message) {
  const bare = without(without(without(row, "unread"), "sort"), "inbox");
  return { ...bare, head: /** @type {any} */ (null), versions: [], gone: Math.max(message.time, row.gone || 0) };
}

/** @param {Message[]} versions */
function ordered(versions) {
  return [...versions].sort((a, b) => b.time - a.time).slice(0, VERSIONS_KEPT);
}

/** @param {Row} row @param {"unread" | "sort" | "inbox"} name @returns {Row} */
function without(row, name) {
  const { [name]: _, ...rest } = row;
  return rest;
}
