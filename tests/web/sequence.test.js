import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, keyOf } from "../../web/static/app/sequence.js";

const message = (id, time, more = {}) => ({
  id,
  time,
  event: "message",
  topic: "door",
  message: `text of ${id}`,
  ...more,
});
const update = (id, time, more = {}) => message(id, time, { sequence_id: "s", ...more });
const foldAll = (messages, how) => messages.reduce((row, each) => fold(row, each, how) ?? row, undefined);

test("a new message makes an unread row", () => {
  const row = fold(undefined, message("a", 10));
  assert.equal(row.key, "door/a");
  assert.equal(row.head.id, "a");
  assert.equal(row.unread, "door");
  assert.deepEqual([row.sort, row.inbox], [10, 10]);
});

test("the same message a second time changes nothing", () => {
  const row = fold(undefined, message("a", 10));
  assert.equal(fold(row, message("a", 10)), null);
});

test("an update replaces the head, keeps the old one, and is unread again", () => {
  const { unread: _, ...read } = fold(undefined, update("a", 10));
  const row = fold(read, update("b", 20), { sort: 20 });
  assert.equal(row.head.id, "b");
  assert.deepEqual(
    row.versions.map((version) => version.id),
    ["a"],
  );
  assert.deepEqual([row.unread, row.sort], ["door", 20]);
});

test("an older version that comes late is history, and rings nobody", () => {
  const { unread: _, ...read } = fold(undefined, update("b", 20));
  const row = fold(read, update("a", 10));
  assert.equal(row.head.id, "b");
  assert.deepEqual(
    row.versions.map((version) => version.id),
    ["a"],
  );
  assert.equal(row.unread, undefined);
});

test("a page of the history never becomes the head of a row that has one, even within the same second", () => {
  const row = foldAll([update("b", 10)]);
  assert.equal(fold(row, update("a", 10), { older: true }).head.id, "b");
});

test("a delete empties the row, and a push that comes after it does not bring it back", () => {
  const row = foldAll([update("a", 10), update("x", 20, { event: "message_delete" }), update("b", 15)]);
  assert.equal(row.head, null);
  assert.equal(row.gone, 20);
  assert.deepEqual([row.sort, row.inbox, row.unread], [undefined, undefined, undefined]);
});

test("a delete that comes before its message still holds", () => {
  const row = foldAll([update("x", 20, { event: "message_delete" }), update("a", 10)]);
  assert.equal(row.head, null);
});

test("what is published again after a delete is there again, without its old versions", () => {
  const row = foldAll([update("a", 10), update("x", 20, { event: "message_delete" }), update("b", 30)]);
  assert.equal(row.head.id, "b");
  assert.deepEqual(row.versions, []);
  assert.equal(row.gone, undefined);
});

test("a clear marks the row as read and nothing else", () => {
  const row = foldAll([update("a", 10), update("c", 11, { event: "message_clear" })]);
  assert.equal(row.unread, undefined);
  assert.equal(row.head.id, "a");
});

test("a clear of something unknown makes no row", () => {
  assert.equal(fold(undefined, update("c", 11, { event: "message_clear" })), null);
});

test("the whole message replaces the one that was cut to fit a push, without ringing again", () => {
  const { unread: _, ...read } = fold(undefined, message("a", 10, { message: "half", truncated: true }));
  const row = fold(read, message("a", 10));
  assert.equal(row.head.message, "text of a");
  assert.equal(row.head.truncated, undefined);
  assert.equal(row.unread, undefined);
});

test("in whatever order and however often versions come, the newest is the head and each is kept once", () => {
  const versions = [1, 2, 3, 4].map((n) => update(`v${n}`, n * 10));
  for (const order of permutations(versions)) {
    const row = foldAll([...order, ...order]);
    assert.equal(row.head.id, "v4");
    assert.deepEqual(
      row.versions.map((version) => version.id),
      ["v3", "v2", "v1"],
    );
  }
});

test("rows of different topics or sequences are different rows", () => {
  const keys = [message("a", 1), message("a", 1, { topic: "hall" }), message("b", 1), update("a", 1)].map(keyOf);
  assert.equal(new Set(keys).size, 4);
});

function permutations(items) {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}
