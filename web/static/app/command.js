// A command line to copy.
import { el, icon } from "./dom.js";
import { toast } from "./toast.js";

/** @param {string} topic @param {string} [text] */
export function curlCommand(topic, text = "Hello from the door") {
  return `curl -d ${shellQuoted(text)} ${location.origin}/${topic}`;
}

/** In double quotes where that is safe, as people write it; else in single ones. @param {string} text */
export function shellQuoted(text) {
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`;
}

/** @param {string} command */
export function commandBox(command) {
  const copy = el("button.copy", { type: "button", "aria-label": "Copy the command" }, icon("copy"), "Copy");
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(command);
      copy.lastChild.textContent = "Copied";
    } catch {
      // Over plain http there is no clipboard: select it instead.
      getSelection()?.selectAllChildren(box.querySelector("code"));
      toast("Press Ctrl+C (⌘C on a Mac) to copy.");
    }
    setTimeout(() => (copy.lastChild.textContent = "Copy"), 2000);
  };
  const [program, ...rest] = command.split(" ");
  const box = el(
    "div.command",
    {},
    el("pre", {}, el("code", {}, el("span.word", {}, program), ` ${rest.join(" ")}`)),
    copy,
  );
  return box;
}
