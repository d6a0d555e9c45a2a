// Building the page. Text goes in as text; there is no way here to set HTML.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element: `el("a.row", {href, onclick}, "text", child)`. Classes may follow the tag; `on…` properties are
 * listeners; null, undefined and false leave an attribute out; true gives it without a value.
 * @param {string} spec
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function el(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.filter(present));
  return element;
}

/** @param {HTMLElement} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
}

/** @param {any} child @returns {child is Node | string} */
function present(child) {
  return child !== null && child !== undefined && child !== false && child !== "";
}

/** One of the symbols in the page's sprite (templates/icons.svg). @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * A button that shows only a picture still has a name.
 * @param {string} name
 * @param {string} label
 * @param {(event: Event) => void} onclick
 * @param {Record<string, any>} [more]
 */
export function iconButton(name, label, onclick, more = {}) {
  return el("button.icon-button", { type: "button", "aria-label": label, title: label, onclick, ...more }, icon(name));
}

/** Tell people who cannot see the screen. @param {string} text */
export function announce(text) {
  byId("announcer").textContent = text;
}
