// Markdown as messages use it, to a tree of plain objects. No HTML anywhere: what is not known stays text.
import { inline } from "./markdown-inline.js";

/**
 * @typedef {object} Node
 * @property {string} tag one of the names in TAGS (markdown-dom.js)
 * @property {(Node | string)[]} children
 * @property {string} [href] of links; not yet checked
 * @property {number} [start] of ordered lists
 */

const FENCE = /^ {0,3}(```+|~~~+)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}> ?/;
const BULLET = /^( {0,3})([-*+])[ \t]+(?=\S)/;
const NUMBER = /^( {0,3})(\d{1,9})[.)][ \t]+(?=\S)/;
const DEPTH = 6;

/** @param {string} text @returns {Node[]} */
export function parseMarkdown(text) {
  return blocks(text.replace(/\r\n?/g, "\n").replace(/\t/g, "    ").split("\n"), DEPTH);
}

/** The words without the marks, for a preview. @param {string} text */
export function plainText(text) {
  return parseMarkdown(text).flatMap(linesOf).join("\n").trim();
}

/** @param {Node} block @returns {string[]} */
function linesOf(block) {
  const nests = ["ul", "ol", "blockquote"].includes(block.tag);
  return nests
    ? block.children.flatMap((child) => (typeof child === "string" ? [child] : linesOf(child)))
    : [wordsOf(block)];
}

/** @param {Node | string} node @returns {string} */
function wordsOf(node) {
  if (typeof node === "string") return node;
  return node.tag === "br" ? "\n" : node.children.map(wordsOf).join("");
}

/** @param {string[]} lines @param {number} depth how much further quotes and lists may nest @returns {Node[]} */
function blocks(lines, depth) {
  /** @type {Node[]} */
  const found = [];
  for (let at = 0; at < lines.length;) {
    const [node, next] = block(lines, at, depth);
    if (node) found.push(node);
    at = next;
  }
  return found;
}

/**
 * One block from line `at` on, and the line after it.
 * @param {string[]} lines
 * @param {number} at
 * @param {number} depth
 * @returns {[Node | null, number]}
 */
function block(lines, at, depth) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  const fence = FENCE.exec(line);
  if (fence) return code(lines, at, fence[1]);
  const heading = HEADING.exec(line);
  if (heading) return [{ tag: `h${heading[1].length}`, children: inline(heading[2]) }, at + 1];
  if (RULE.test(line)) return [{ tag: "hr", children: [] }, at + 1];
  if (depth && QUOTE.test(line)) return quote(lines, at, depth);
  if (depth && (BULLET.test(line) || NUMBER.test(line))) return list(lines, at, depth);
  return paragraph(lines, at);
}

/** @param {string[]} lines @param {number} at @param {string} fence @returns {[Node, number]} */
function code(lines, at, fence) {
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(fence)) end += 1;
  return [{ tag: "pre", children: [lines.slice(at + 1, end).join("\n")] }, end + 1];
}

/** @param {string[]} lines @param {number} at @param {number} depth @returns {[Node, number]} */
function quote(lines, at, depth) {
  const inner = [];
  for (; at < lines.length && QUOTE.test(lines[at]); at += 1) inner.push(lines[at].replace(QUOTE, ""));
  return [{ tag: "blockquote", children: blocks(inner, depth - 1) }, at];
}

/** @param {string[]} lines @param {number} at @param {number} depth @returns {[Node, number]} */
function list(lines, at, depth) {
  const marker = BULLET.test(lines[at]) ? BULLET : NUMBER;
  const start = Number(NUMBER.exec(lines[at])?.[2] ?? 1);
  const children = [];
  while (at < lines.length) {
    const head = marker.exec(lines[at]);
    if (!head) break;
    const item = [lines[at].slice(head[0].length)];
    for (at += 1; at < lines.length && continues(lines, at); at += 1) item.push(lines[at].replace(/^ {1,4}/, ""));
    children.push({ tag: "li", children: tight(blocks(item, depth - 1)) });
  }
  return [marker === BULLET ? { tag: "ul", children } : { tag: "ol", start, children }, at];
}

/** Whether this line still belongs to the list item above it. @param {string[]} lines @param {number} at */
function continues(lines, at) {
  if (!lines[at].trim()) return /^ {2,}\S/.test(lines[at + 1] || "");
  return /^ {2,}/.test(lines[at]) || !startsBlock(lines[at]);
}

/**
 * An item that is one paragraph shows its words without a paragraph around them.
 * @param {Node[]} nodes
 * @returns {(Node | string)[]}
 */
function tight(nodes) {
  return nodes[0]?.tag === "p" ? [...nodes[0].children, ...nodes.slice(1)] : nodes;
}

/** @param {string[]} lines @param {number} at @returns {[Node, number]} */
function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !startsBlock(lines[end])) end += 1;
  const text = lines
    .slice(at, end)
    .map((line) => line.trim())
    .join("\n");
  return [{ tag: "p", children: inline(text) }, end];
}

/** @param {string} line */
function startsBlock(line) {
  return [FENCE, HEADING, RULE, QUOTE, BULLET, NUMBER].some((start) => start.test(line));
}
