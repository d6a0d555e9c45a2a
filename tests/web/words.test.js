// Names, times, links, addresses and advice: what people read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../web/static/app/advice.js";
import { deviceName, identifyBrowser } from "../../web/static/app/browser.js";
import { shellQuoted } from "../../web/static/app/command.js";
import { sentence } from "../../web/static/app/deliveries.js";
import { linkName, safeImage, safeLink } from "../../web/static/app/links.js";
import { complaint, randomName } from "../../web/static/app/names.js";
import { reachWords } from "../../web/static/app/reach.js";
import { curlOf } from "../../web/static/app/send.js";
import { parseRoute } from "../../web/static/app/router.js";
import { ago, dayName, duration, tomorrowMorning, until } from "../../web/static/app/time.js";

const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 Version/18.4 Mobile/15E148 Safari/604.1";
const MAC =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15";
const LINUX_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const ANDROID_CHROME =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36";
const EDGE =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";

test("browsers are called what their people call them", () => {
  const names = [PHONE, MAC, LINUX_FIREFOX, ANDROID_CHROME, EDGE].map((userAgent) =>
    deviceName(identifyBrowser({ userAgent })),
  );
  assert.deepEqual(names, ["iPhone", "Safari on Mac", "Firefox on Linux", "Chrome on Android", "Edge on Windows"]);
  assert.equal(identifyBrowser({ userAgent: MAC, maxTouchPoints: 5 }).system, "iPad");
  assert.equal(identifyBrowser({ userAgent: ANDROID_CHROME, brave: {} }).name, "Brave");
});

test("every obstacle is a sentence and one button, in every browser", () => {
  const problems = [
    "insecure",
    "unsupported",
    "not-installed",
    "denied",
    "dismissed",
    "no-push-service",
    "worker",
    "unreachable",
    "refused",
    "not-allowed",
    "silent",
  ];
  for (const userAgent of [PHONE, MAC, LINUX_FIREFOX, ANDROID_CHROME, EDGE]) {
    for (const problem of problems) {
      const advice = explain(problem, identifyBrowser({ userAgent }), "The server’s own words.");
      assert.ok(advice.title && advice.button, problem);
      assert.ok(advice.text || advice.steps.length, problem);
    }
  }
});

test("Brave is told of its switch, an iPhone of its Focus", () => {
  assert.match(
    explain("no-push-service", identifyBrowser({ userAgent: EDGE, brave: {} })).steps.join(),
    /Google services for push messaging/,
  );
  assert.match(explain("silent", identifyBrowser({ userAgent: PHONE })).steps.join(), /Focus/);
});

test("only addresses with a known scheme become links", () => {
  for (const good of ["https://a.example/", "http://nas/", "mailto:a@b.example", "tel:+491", "geo:52.5,13.4"])
    assert.equal(safeLink(good), good);
  for (const bad of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "blob:x",
    "//a.example",
    "/settings",
    "a.example",
    "http://",
    "",
    undefined,
  ])
    assert.equal(safeLink(bad), null, bad);
  assert.equal(safeImage("http://a.example/i.png"), null);
  assert.equal(linkName("https://a.example/long/path"), "a.example");
  assert.equal(linkName("mailto:a@b.example"), "a@b.example");
});

test("topic names are refused with the reason", () => {
  assert.equal(complaint("alerts_2-x", []), null);
  assert.match(complaint("", []), /needs a name/);
  assert.match(complaint("a b", []), /letters, digits/);
  assert.match(complaint("ä", []), /letters, digits/);
  assert.match(complaint("x".repeat(65), []), /64/);
  assert.match(complaint("docs", ["docs"]), /belongs to the server/);
});

test("suggested names are topic names and never the same", () => {
  const names = new Set(Array.from({ length: 200 }, randomName));
  assert.equal(names.size, 200);
  for (const name of names) assert.equal(complaint(name, []), null);
});

test("times are relative while that helps", () => {
  const now = new Date(2026, 5, 17, 15, 0).getTime();
  const at = (...date) => new Date(2026, ...date).getTime() / 1000;
  assert.equal(ago(now / 1000 - 20, now), "now");
  assert.equal(ago(now / 1000 - 125, now), "2 min");
  assert.equal(ago(now / 1000 + 60, now), "now");
  assert.match(ago(at(5, 17, 9, 5), now), /9:05/);
  assert.match(ago(at(5, 16, 9, 5), now), /Tue.*9:05/);
  assert.deepEqual(
    [at(5, 17), at(5, 16, 23, 59), at(5, 12)].map((day) => dayName(day, now)),
    ["Today", "Yesterday", "Friday"],
  );
  assert.deepEqual([0.0421, 1.25, 42, 600, 7200].map(duration), ["42 ms", "1.3 s", "42 s", "10 min", "2 h"]);
  assert.match(until(tomorrowMorning(now), now), /^tomorrow .*8:00/);
  assert.equal(new Date(tomorrowMorning(now) * 1000).getDate(), 18);
});

test("commands survive the shell", () => {
  assert.equal(shellQuoted("Hello"), '"Hello"');
  assert.equal(shellQuoted("$HOME"), "'$HOME'");
  assert.equal(shellQuoted(`it's "$5"`), `'it'\\''s "$5"'`);
});

test("what the form sends can be sent with curl too", () => {
  globalThis.location = { origin: "https://bell.example" };
  assert.equal(curlOf({ topic: "door", message: "open" }), 'curl \\\n  -d "open" \\\n  https://bell.example/door');
  const all = curlOf({
    topic: "door",
    title: "T",
    message: "m",
    priority: 5,
    tags: ["a", "b"],
    click: "https://x.y",
    markdown: true,
  });
  for (const part of [
    '-H "Title: T"',
    '-H "Priority: 5"',
    '-H "Tags: a,b"',
    '-H "Click: https://x.y"',
    '-H "Markdown: yes"',
  ])
    assert.ok(all.includes(part), part);
});

const reach = (more) => ({
  owed: 3,
  due: 0,
  delivered: 3,
  gone: 0,
  failed: 0,
  expired: 0,
  filtered: 0,
  received: 3,
  ...more,
});
test("a delivery is told as it is", () => {
  assert.equal(sentence(reach({})), "It reached all 3 devices.");
  assert.equal(
    sentence(reach({ owed: 0, delivered: 0, received: 0 })),
    "No device followed this topic when it was sent.",
  );
  assert.equal(
    sentence(reach({ due: 1, delivered: 2, received: 1 })),
    "It reached 1 of 3 devices. 1 still to come. 1 has not answered yet.",
  );
  assert.equal(sentence(reach({ owed: 1, delivered: 1, received: 1 })), "It reached the one device.");
  assert.match(sentence(reach({ filtered: 3, delivered: 0, received: 0 })), /^3 did not want it/);
  assert.deepEqual(reachWords(reach({ filtered: 1, delivered: 2, received: 2 })), {
    text: "2 of 2 devices",
    all: true,
    lost: false,
  });
  assert.deepEqual(reachWords(reach({ failed: 1, delivered: 2, received: 2 })), {
    text: "2 of 3 devices",
    all: false,
    lost: true,
  });
  assert.equal(reachWords(reach({ owed: 0 })), null);
});

test("addresses mean screens", () => {
  const screens = {
    "/": "inbox",
    "/alerts": "topic",
    "/settings": "settings",
    "/app/topics": "topics",
    "/app/welcome": "welcome",
    "/app/compose": "same",
    "/no/such/page": "inbox",
  };
  for (const [path, list] of Object.entries(screens)) assert.equal(parseRoute(path, "").list, list, path);
  assert.deepEqual(parseRoute("/alerts", "?message=abc").side, { kind: "message", name: "abc" });
  assert.deepEqual(parseRoute("/alerts", "?ring").side, { kind: "ring", name: "alerts" });
  assert.deepEqual(parseRoute("/app/compose", "?topic=x").side, { kind: "send", name: "x" });
});
