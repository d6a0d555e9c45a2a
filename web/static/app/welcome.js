// First run: install, allow, ring. Three steps on one screen, and then a topic.
import { allowPanel } from "./allow.js";
import { thisBrowser } from "./browser.js";
import { deviceState } from "./device.js";
import { el, icon } from "./dom.js";
import { installer } from "./install.js";
import { go } from "./router.js";
import { followedTopics, remember } from "./state.js";
import { trialBell } from "./trial.js";

export function welcomeView() {
  const browser = thisBrowser();
  const install = step("Install", installWords(browser.installed), installButton());
  const allow = step("Allow", "Your browser asks once. Messages then arrive even when Pushbell is closed.");
  const ring = step("Ring", "Press the bell and watch each stage of the way.");
  const next = el("div.actions", {});
  const trial = trialBell({ enabled: false, onshown: () => finish() });

  const finish = async () => {
    mark(ring, "done");
    skip.hidden = true;
    const topics = await followedTopics();
    next.replaceChildren(
      topics.length
        ? el("a.button.brass", { href: "/" }, "Go to the inbox")
        : el("a.button.brass", { href: "/app/follow" }, icon("plus"), "Subscribe to a topic"),
    );
  };
  const allowed = () => {
    mark(allow, "done");
    mark(ring, "now");
    trial.enable();
  };
  // An iPhone can be asked only from its Home Screen: there, the first step holds the guide.
  const first = browser.ios && !browser.installed ? install : allow;
  const draw = async () => {
    mark(install, browser.installed ? "done" : "");
    if ((await deviceState()) === "on") return allowed();
    mark(first, "now");
    first.append(allowPanel({ ondone: allowed }));
  };
  const skip = el(
    "button.button.plain.small-button",
    { type: "button", onclick: () => remember("welcomed", true).then(() => go("/")) },
    "Look around first",
  );
  const element = el(
    "div.welcome",
    {},
    el(
      "div.welcome-words",
      {},
      el("h1", {}, "A bell for everything you run"),
      el(
        "p",
        {},
        "Your servers, scripts and sensors send a message; this device rings. Three steps, and you hear it yourself.",
      ),
      el("div.steps", {}, install, allow, ring),
      el("div.actions", {}, next, skip),
    ),
    trial.element,
  );
  return { element, ready: draw() };
}

/** @param {string} title @param {string} words @param {Node | null} [more] */
function step(title, words, more = null) {
  return el("section.step", {}, el("h2", {}, title), el("p", {}, words), more);
}

/** @param {HTMLElement} element @param {"now" | "done" | ""} state */
function mark(element, state) {
  element.classList.toggle("now", state === "now");
  element.classList.toggle("done", state === "done");
}

/** @param {boolean} installed */
function installWords(installed) {
  if (installed) return "Pushbell runs as an app of its own.";
  return "As an app it has an icon and a badge, and keeps its permission.";
}

function installButton() {
  const element = el("div.actions", { hidden: true });
  installer.whenReady((prompt) => {
    element.hidden = false;
    element.replaceChildren(
      el(
        "button.button.small-button",
        { type: "button", onclick: () => prompt().then((done) => (element.hidden = done)) },
        icon("plus"),
        "Install Pushbell",
      ),
    );
  });
  return element;
}
