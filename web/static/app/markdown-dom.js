// From the tree to the page. Only these elements, only checked links, and text is always text.
import { el } from "./dom.js";
import { safeLink } from "./links.js";
/** @import { Node as Mark } from "./markdown.js" */

const TAGS = new Set(["p", "pre", "code", "strong", "em", "del", "br", "hr", "blockquote", "ul", "ol", "li", "a"]);

/** @param {(Mark | string)[]} tree @returns {(Node | string)[]} */
export function markdownNodes(tree) {
  return tree.map((node) => (typeof node === "string" ? node : element(node)));
}

/** @param {Mark} mark @returns {Node | string} */
function element(mark) {
  const children = markdownNodes(mark.children);
  if (/^h[1-6]$/.test(mark.tag)) return el("h3", { "data-level": mark.tag[1] }, ...children);
  if (!TAGS.has(mark.tag)) return el("span", {}, ...children);
  if (mark.tag === "a") return link(mark.href, children);
  if (mark.tag === "pre") return el("pre", { tabindex: "0" }, el("code", {}, ...children));
  return el(mark.tag, mark.start && mark.start !== 1 ? { start: String(mark.start) } : {}, ...children);
}

/** @param {string | undefined} address @param {(Node | string)[]} children */
function link(address, children) {
  const href = safeLink(address);
  if (!href) return el("span", {}, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
