// An empty topic is an invitation: the exact command, and a bell that listens.
import { commandBox, curlCommand } from "./command.js";
import { el, icon } from "./dom.js";
import { stillBell } from "./trial.js";

/** When the message comes, the feed above fills by itself. @param {string} topic @param {string} title */
export function invitation(topic, title) {
  return el(
    "div.invitation",
    {},
    stillBell("listening"),
    el(
      "div.invitation-words",
      {},
      el("h2", {}, title),
      el("p", {}, "Send the first message from any shell, script or machine:"),
    ),
    commandBox(curlCommand(topic)),
    el("p.status", { role: "status" }, "Listening…"),
    el("a.button.small-button", { href: `/app/compose?topic=${topic}` }, icon("send"), "Or send one from here"),
  );
}

/** The moment that the bell was waiting for. @param {HTMLElement} below */
export function rang(below) {
  const bell = below.querySelector(".bell");
  if (!bell || bell.classList.contains("rang")) return;
  bell.classList.remove("listening");
  bell.classList.add("rang");
  /** @type {HTMLElement} */ (below.querySelector("h2")).textContent = "There it is";
  /** @type {HTMLElement} */ (below.querySelector("p")).textContent =
    "That was the first one. Here is the command again:";
  /** @type {HTMLElement} */ (below.querySelector(".status")).textContent = "";
}
