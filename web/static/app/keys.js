// The keyboard: j and k through the messages, e to archive, c to write, ? to be told so.
import { el } from "./dom.js";
import { archive } from "./rows.js";
import { go } from "./router.js";
import { openSearch } from "./search.js";
import { toast } from "./toast.js";
/** @import { Feed } from "./feed.js" */

const HELP = /** @type {[string[], string][]} */ ([
  [["j", "k"], "next and previous message"],
  [["e"], "archive the message"],
  [["c"], "send a message"],
  [["g"], "go to the inbox"],
  [["/"], "search"],
  [["Esc"], "close the message"],
  [["?"], "these shortcuts"],
]);

/** @param {{feed: () => Feed | undefined, selected: () => string}} app */
export function startKeys(app) {
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      target.matches("input, textarea, select") ||
      document.querySelector("dialog[open]")
    )
      return;
    const act = actions(app)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {{feed: () => Feed | undefined, selected: () => string}} app @returns {Record<string, () => void>} */
function actions(app) {
  return {
    j: () => step(app, 1),
    k: () => step(app, -1),
    e: () => put(app),
    c: () => go("/app/compose"),
    g: () => go("/"),
    "/": openSearch,
    Escape: () => location.search && go(location.pathname),
    "?": showHelp,
  };
}

/** @param {{feed: () => Feed | undefined, selected: () => string}} app @param {1 | -1} by */
function step(app, by) {
  const feed = app.feed();
  if (!feed?.rows.length) return;
  const at = feed.rows.findIndex((row) => row.key === app.selected());
  const next = feed.rows[at < 0 ? 0 : Math.min(feed.rows.length - 1, Math.max(0, at + by))];
  const link = feed.linkOf(next.key);
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
  link?.click();
}

/** @param {{feed: () => Feed | undefined, selected: () => string}} app */
async function put(app) {
  const key = app.selected();
  if (!key) return;
  step(app, 1);
  await archive(key);
  toast("Archived.", { label: "Undo", run: () => archive(key, false) });
}

function showHelp() {
  const lines = HELP.flatMap(([keys, words]) => [
    el("dt", {}, ...keys.flatMap((key, at) => (at ? [" ", el("kbd", {}, key)] : [el("kbd", {}, key)]))),
    el("dd", {}, words),
  ]);
  const dialog = el(
    "dialog",
    { "aria-labelledby": "keys" },
    el("h2", { id: "keys" }, "Shortcuts"),
    el("dl.keys", {}, ...lines),
    el("div.actions", {}, el("button.button", { type: "button", onclick: () => dialog.close() }, "Close")),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
