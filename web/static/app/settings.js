// Settings, as sentences.
import { allowPanel } from "./allow.js";
import { checks } from "./diagnosis.js";
import { deviceState, disable } from "./device.js";
import { el, icon } from "./dom.js";
import { onNews } from "./news.js";
import { register } from "./registration.js";
import { followedTopics, recall, remember } from "./state.js";
import { confirmed, toast } from "./toast.js";
import { howItRings } from "./topics.js";
/** @import { Topic } from "../../types.js" */

const DAYS = /** @type {[number, string][]} */ ([
  [7, "a week"],
  [30, "a month"],
  [90, "three months"],
  [365, "a year"],
]);
export const DAYS_KEPT = 90;

export function settingsView() {
  const device = el("section", {});
  const topics = el("section", {});
  const health = el("ul.checks", {});
  const keeping = el("p.sentence", {});
  const draw = async () => {
    device.replaceChildren(...(await deviceParts()));
    topics.replaceChildren(...topicParts(await followedTopics()));
    health.replaceChildren(...(await checks()).map(checkLine));
    keeping.replaceChildren("Messages stay on this device for ", await daysChoice(), ".");
  };
  const element = el(
    "div",
    {},
    el("div.head", {}, el("div", {}, el("h1", {}, "Settings"))),
    el(
      "div.sentences",
      {},
      device,
      topics,
      el("section", {}, el("h2", {}, "Look"), el("p.sentence", {}, "Pushbell looks ", themeChoice(), ".")),
      el("section", {}, el("h2", {}, "Memory"), keeping),
      el("section", {}, el("h2", {}, "Health"), health),
      el("p.quiet.small", {}, `Version ${document.body.dataset.version}. Press ? for the keyboard’s shortcuts.`),
    ),
  );
  const stops = [onNews("device", draw), onNews("topics", draw), onNews("activated", draw)];
  return { element, ready: draw(), close: () => stops.forEach((stop) => stop()) };
}

async function deviceParts() {
  const title = el("h2", {}, "This device");
  const state = await deviceState();
  if (state === "off")
    return [
      title,
      el("p.sentence", {}, "This device does not ring. Messages appear while Pushbell is open."),
      allowPanel(),
    ];
  const words = state === "on" ? " and rings for the topics below." : " and waits for its first ring.";
  return [
    title,
    el("p.sentence", {}, "It is called ", await nameField(), words),
    el(
      "div.actions",
      {},
      el("a.button", { href: "/app/welcome" }, icon("bell"), "Test the bell"),
      el("button.button.danger", { type: "button", onclick: silence }, "Stop ringing here"),
    ),
  ];
}

async function nameField() {
  const input = el("input", {
    type: "text",
    "aria-label": "Name of this device",
    maxlength: 64,
    value: (await recall("name")) || "",
    size: 18,
  });
  input.onchange = async () => {
    await remember("name", input.value.trim());
    const registration = await navigator.serviceWorker.ready;
    const subscription = await registration.pushManager.getSubscription();
    if (subscription)
      await register(subscription).then(
        () => toast("Renamed."),
        (error) => toast(error.message),
      );
  };
  return input;
}

async function silence() {
  const sure = await confirmed({
    title: "Stop ringing on this device?",
    text: "The server forgets this device. Your topics and messages stay here.",
    yes: "Stop",
  });
  if (sure) await disable().catch((error) => toast(error.message));
}

/** @param {Topic[]} topics */
function topicParts(topics) {
  const lines = topics.map((topic) =>
    el(
      "a.topic-line",
      { href: `/${topic.topic}?ring` },
      el("div", {}, el("span.name", {}, topic.topic), el("span.quiet.small", {}, howItRings(topic))),
      icon("forward"),
    ),
  );
  return [
    el("h2", {}, "Topics"),
    ...(lines.length ? lines : [el("p.quiet", {}, "None yet.")]),
    el("div.actions", {}, el("a.button", { href: "/app/follow" }, icon("plus"), "Subscribe to a topic")),
  ];
}

function themeChoice() {
  const chosen = localStorage.getItem("theme") || "system";
  const choices = [
    ["system", "like the system"],
    ["light", "light"],
    ["dark", "dark"],
  ];
  const select = el(
    "select",
    { "aria-label": "Look" },
    ...choices.map(([value, words]) => el("option", { value, selected: value === chosen }, words)),
  );
  select.onchange = () => {
    localStorage.setItem("theme", select.value);
    dispatchEvent(new Event("themechange"));
  };
  return select;
}

async function daysChoice() {
  const kept = (await recall("days")) || DAYS_KEPT;
  const select = el(
    "select",
    { "aria-label": "Messages stay for" },
    ...DAYS.map(([days, words]) => el("option", { value: days, selected: days === kept }, words)),
  );
  select.onchange = () => remember("days", Number(select.value));
  return select;
}

/** @param {{good: boolean, text: string}} check */
function checkLine({ good, text }) {
  return el(good ? "li" : "li.bad", {}, icon(good ? "check" : "alert"), el("span", {}, text));
}
