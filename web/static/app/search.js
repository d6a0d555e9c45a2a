// Finding a message among those that are kept here.
import { el, iconButton } from "./dom.js";
import { gathered } from "./news.js";
/** @import { Feed } from "./feed.js" */

/**
 * A button for a pane's head, and the field that it opens below it.
 * @param {() => Feed} feed
 */
export function searchControls(feed) {
  const input = el("input", {
    type: "search",
    "aria-label": "Search",
    placeholder: "Search",
    enterkeyhint: "search",
    autocomplete: "off",
  });
  const field = el("search.search", { hidden: true }, input);
  const toggle = () => {
    field.hidden = !field.hidden;
    button.setAttribute("aria-expanded", String(!field.hidden));
    if (!field.hidden) return input.focus();
    input.value = "";
    feed().search("");
  };
  const button = iconButton("search", "Search", toggle, { "aria-expanded": "false", "data-search": true });
  input.addEventListener(
    "input",
    gathered(() => feed().search(input.value), 150),
  );
  input.addEventListener(
    "keydown",
    (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && (toggle(), button.focus()),
  );
  return { button, field };
}

/** Open the search of the list that is shown. */
export function openSearch() {
  /** @type {HTMLElement | null} */ (document.querySelector('[data-search][aria-expanded="false"]'))?.click();
  /** @type {HTMLElement | null} */ (document.querySelector(".search input"))?.focus();
}
