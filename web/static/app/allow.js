// Switching notifications on: our own words first, then the browser's question, and every failure explained.
import { explain } from "./advice.js";
import { thisBrowser } from "./browser.js";
import { activated, enable, Obstacle, obstacle } from "./device.js";
import { el, icon } from "./dom.js";
/** @import { Problem } from "./advice.js" */

/**
 * `onallowed` is called when the server knows this device, `ondone` when its first push has come.
 * @param {{onallowed?: () => void, ondone?: () => void}} [on]
 * @returns {HTMLElement}
 */
export function allowPanel(on = {}) {
  const element = el("div.allow", {});
  const status = el("p.quiet.small", { role: "status" });

  const offer = () => {
    const button = el("button.button.brass", { type: "button", onclick: press }, icon("bell"), "Allow notifications");
    element.replaceChildren(el("div.actions", {}, button), status);
  };

  // The question must come straight from the click: browsers ignore one that comes later.
  const press = async () => {
    const asked = enable();
    status.textContent = `${thisBrowser().name} is asking: choose “Allow”.`;
    try {
      await asked;
      on.onallowed?.();
      status.textContent = "Allowed. Waiting for the first ring…";
      await activated();
      status.textContent = "";
      element.replaceChildren();
      on.ondone?.();
    } catch (error) {
      const { problem, detail } = error instanceof Obstacle ? error : new Obstacle("refused", String(error));
      element.replaceChildren(adviceBox(problem, detail, press), status);
      status.textContent = "";
    }
  };

  const before = obstacle();
  if (before) element.replaceChildren(adviceBox(before, "", () => retry(before, press)));
  else offer();
  return element;
}

/** What only another page load can change is tried with one. @param {Problem} problem @param {() => void} press */
function retry(problem, press) {
  if (["insecure", "unsupported", "not-installed"].includes(problem)) location.reload();
  else press();
}

/** @param {Problem} problem @param {string} detail @param {() => void} again */
function adviceBox(problem, detail, again) {
  const advice = explain(problem, thisBrowser(), detail);
  return el(
    "div.advice",
    { role: "alert" },
    el("h3", {}, advice.title),
    advice.text && el("p", {}, advice.text),
    advice.steps && el("ol", {}, ...advice.steps.map((step) => el("li", {}, step))),
    problem === "not-installed" && installGuide(),
    el("div.actions", {}, el("button.button.small-button", { type: "button", onclick: again }, advice.button)),
  );
}

/** iPhone and iPad: the three taps, with the pictures that one looks for. */
function installGuide() {
  const step = (/** @type {string} */ name, /** @type {(Node | string)[]} */ ...words) =>
    el("li", {}, icon(name), el("span", {}, ...words));
  return el(
    "ol.guide",
    {},
    step("share", "Tap ", el("b", {}, "Share"), " in the browser’s bar."),
    step("add-square", "Choose ", el("b", {}, "Add to Home Screen"), ", then ", el("b", {}, "Add"), "."),
    step("bell", "Open Pushbell from there and come back to this page."),
  );
}
