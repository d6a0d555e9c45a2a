// A sentence from below, with at most one thing to do about it.
import { byId, el } from "./dom.js";

const STAYS_MS = 6000;

/** @param {string} text @param {{label: string, run: () => void}} [action] */
export function toast(text, action) {
  const button = action && el("button", { type: "button", onclick: () => (close(), action.run()) }, action.label);
  const element = el("div.toast", {}, el("p", {}, text), button);
  const close = () => element.remove();
  const timer = setTimeout(close, STAYS_MS);
  element.addEventListener("focusin", () => clearTimeout(timer));
  byId("toasts").replaceChildren(element);
}

/**
 * A question before something that cannot be undone.
 * @param {{title: string, text: string, yes: string}} question
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, yes }) {
  return new Promise((resolve) => {
    const dialog = el(
      "dialog",
      { "aria-labelledby": "question" },
      el("h2", { id: "question" }, title),
      el("p", {}, text),
      el(
        "div.actions",
        {},
        el("button.button", { type: "button", onclick: () => dialog.close("") }, "Cancel"),
        el("button.button.danger", { type: "button", onclick: () => dialog.close("yes") }, yes),
      ),
    );
    dialog.addEventListener("close", () => (dialog.remove(), resolve(dialog.returnValue === "yes")));
    document.body.append(dialog);
    dialog.showModal();
  });
}
