// Subscribing to a topic.
import { el, icon, iconButton } from "./dom.js";
import { complaint, randomName } from "./names.js";
import { go, goBack } from "./router.js";
import { recall } from "./state.js";
import { follow } from "./topics.js";
import { toast } from "./toast.js";

/** @param {string} topic suggested by a link; usually "" */
export function followView(topic) {
  const element = el(
    "div",
    {},
    el(
      "div.head",
      {},
      iconButton("back", "Back", () => goBack("/app/topics"), { class: "icon-button back phone-only" }),
      el("div", {}, el("h1", {}, "Subscribe to a topic")),
    ),
    followForm(topic, (name) => go(`/${name}`)),
  );
  return { element };
}

/** @param {string} topic @param {(topic: string) => void} onfollowed */
function followForm(topic, onfollowed) {
  const problem = el("p.complaint", { id: "follow-problem", role: "alert" });
  const input = el("input.mono", {
    id: "follow-topic",
    name: "topic",
    type: "text",
    value: topic,
    maxlength: 64,
    autocapitalize: "none",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "backups",
    "aria-describedby": "follow-hint follow-problem",
  });
  const suggest = () => {
    input.value = randomName();
    input.focus();
    problem.textContent = "";
  };
  const form = el(
    "form.sheet",
    { novalidate: true },
    el(
      "div.field",
      {},
      el("label", { for: "follow-topic" }, "Name of the topic"),
      el(
        "div.with-button",
        {},
        input,
        el("button.button", { type: "button", onclick: suggest }, icon("dice"), "Suggest"),
      ),
      problem,
      el(
        "p.hint",
        { id: "follow-hint" },
        "Letters, digits, - and _. Whoever knows the name can send to it and read it: for anything private, take a suggested one.",
      ),
    ),
    el("div.actions", {}, el("button.button.brass", { type: "submit" }, icon("bell"), "Subscribe")),
  );
  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    const name = input.value.trim();
    problem.textContent = complaint(name, (await recall("reserved")) || []) || "";
    input.setAttribute("aria-invalid", String(Boolean(problem.textContent)));
    if (problem.textContent) return input.focus();
    try {
      await follow(name);
      onfollowed(name);
    } catch (error) {
      toast(/** @type {Error} */ (error).message);
    }
  });
  return form;
}
