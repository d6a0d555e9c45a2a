import assert from "node:assert/strict";
import { test } from "node:test";
import { missedMessages } from "../../web/static/app/catchup.js";
import { messageOf, notificationOf, optionsOf, readPush } from "../../web/static/app/payload.js";

const payload = (notification) => ({ web_push: 8030, mutable: true, notification });
const data = { id: "abcdefghijkl", time: 1767225600, event: "message", topic: "alerts", priority: 5 };

test("a push is read back into the message that was published", () => {
  const push = readPush(
    payload({
      title: "⚠️ Disk full",
      body: "98 %",
      tag: "alerts/abcdefghijkl",
      data: { ...data, title: "Disk full", tags: ["warning"] },
    }),
  );
  assert.deepEqual(push.notification, { title: "⚠️ Disk full", body: "98 %", tag: "alerts/abcdefghijkl" });
  assert.deepEqual(messageOf(push), { ...data, title: "Disk full", tags: ["warning"], message: "98 %" });
});

test("a message without a title shows its topic but keeps no title", () => {
  const message = messageOf(readPush(payload({ title: "alerts", body: "text", data: { ...data, untitled: true } })));
  assert.equal(message.title, "");
  assert.equal("untitled" in message, false);
});

test("a title that stands only in the notification is the title", () => {
  assert.equal(messageOf(readPush(payload({ title: "Disk full", body: "text", data }))).title, "Disk full");
});

test("a text that differs from what is shown is kept as it was sent", () => {
  const message = messageOf(readPush(payload({ title: "t", body: "bold", data: { ...data, message: "**bold**" } })));
  assert.equal(message.message, "**bold**");
});

for (const bad of [
  null,
  undefined,
  7,
  "text",
  [],
  {},
  { notification: null },
  { notification: {} },
  { notification: { title: "" } },
  { notification: { title: 5 } },
  { data: { event: "message" } },
]) {
  test(`whatever comes, something is shown: ${JSON.stringify(bad)}`, () => {
    const push = readPush(bad);
    assert.ok(push.notification.title && push.notification.body);
    assert.equal(messageOf(push), null);
  });
}

test("a delete and a clear show nothing", () => {
  for (const event of ["message_delete", "message_clear"]) {
    const push = readPush({ data: { ...data, event } });
    assert.equal(push.notification, null);
    assert.equal(messageOf(push).event, event);
  }
});

test("activation and test pushes are no messages", () => {
  for (const event of ["activation", "test"])
    assert.equal(messageOf(readPush(payload({ title: "t", body: "b", data: { event, id: "x", topic: "y" } }))), null);
});

test("an emergency stays until somebody looks, the lowest priority makes no sound", () => {
  const priorities = [1, 3, 5].map((priority) => optionsOf({ body: "" }, { ...data, priority }));
  assert.deepEqual(
    priorities.map((options) => options.requireInteraction),
    [false, false, true],
  );
  assert.deepEqual(
    priorities.map((options) => options.silent),
    [true, false, false],
  );
});

test("a click may lead only where a person would follow", () => {
  const click = (address) => optionsOf({ body: "" }, { ...data, click: address }).data.click;
  for (const good of [
    "https://example.com/",
    "http://nas.local",
    "mailto:a@example.com",
    "tel:+49301234",
    "HTTPS://EXAMPLE.COM",
  ])
    assert.equal(click(good), good);
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/relative", "", undefined])
    assert.equal(click(bad), "");
});

test("a message that came without its push gets the same tag as its push would have", () => {
  assert.equal(notificationOf({ ...data, sequence_id: "s" }).tag, "alerts/s");
  assert.equal(notificationOf(data).tag, "alerts/abcdefghijkl");
});

const sent = (id, more = {}) => ({ id, time: 100, event: "message", topic: "alerts", ...more });
const topics = { alerts: { topic: "alerts", min_priority: 1, muted_until: 0 } };
const missed = (messages, pushed, rung = [], settings = topics) =>
  missedMessages(messages, pushed, settings, new Set(rung)).map((message) => message.id);

test("what came before the push and never rang is missed; what comes after it has its own push", () => {
  assert.deepEqual(missed([sent("a"), sent("b"), sent("c")], "b"), ["a"]);
});

test("what rang already is not missed", () => {
  assert.deepEqual(missed([sent("a"), sent("b"), sent("c")], "c", ["a"]), ["b"]);
});

test("without the pushed message in the list nothing is known to be missed", () => {
  assert.deepEqual(missed([sent("a"), sent("b")], "elsewhere"), []);
});

test("only the last word of a sequence rings", () => {
  const update = (id, more = {}) => sent(id, { sequence_id: "s", ...more });
  assert.deepEqual(missed([update("a"), update("b"), sent("z")], "z"), ["b"]);
  assert.deepEqual(missed([update("a"), update("b", { event: "message_delete" }), sent("z")], "z"), []);
});

test("what the device did not want to hear does not ring afterwards", () => {
  const settings = (more) => ({ alerts: { ...topics.alerts, ...more } });
  const messages = [sent("a", { priority: 2 }), sent("z")];
  assert.deepEqual(missed(messages, "z", [], settings({ min_priority: 3 })), []);
  assert.deepEqual(missed(messages, "z", [], settings({ min_priority: 2 })), ["a"]);
  assert.deepEqual(missed(messages, "z", [], settings({ muted_until: 101 })), []);
  assert.deepEqual(missed(messages, "z", [], settings({ rings_since: 101 })), []);
  assert.deepEqual(missed(messages, "z", [], {}), []);
});
