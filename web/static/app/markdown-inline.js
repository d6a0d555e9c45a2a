// The marks within a line. One pass over the text; every search for a closing mark is bounded.
/** @import { Node } from "./markdown.js" */

const LONGEST_SPAN = 4096;
const DEPTH = 8;
const BARE_LINK = /^https?:\/\/[^\s<>"'`]+/;
const ANGLE_LINK = /^<((?:https?|mailto|tel|geo):[^\s<>]+)>/;
const INNER_LINK = /^(!?)\[([^[\]]{0,500})\]\(\s*<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\s*\)/;
const PAIRS = /** @type {[string, string][]} */ ([
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "del"],
  ["*", "em"],
  ["_", "em"],
]);

/** @param {string} text @param {number} [depth] @returns {(Node | string)[]} */
export function inline(text, depth = DEPTH) {
  /** @type {(Node | string)[]} */
  const found = [];
  let plain = "";
  for (let at = 0; at < text.length;) {
    const span = spanAt(text, at, depth);
    if (span) {
      if (plain) found.push(plain);
      plain = "";
      found.push(span.node);
      at = span.end;
    } else {
      if (text[at] === "\\" && /[!-/:-@[-`{-~]/.test(text[at + 1] || "")) at += 1;
      plain += text[at];
      at += 1;
    }
  }
  if (plain) found.push(plain);
  return found;
}

/** @param {string} text @param {number} at @param {number} depth @returns {{node: Node, end: number} | null} */
function spanAt(text, at, depth) {
  switch (text[at]) {
    case "\n":
      return { node: { tag: "br", children: [] }, end: at + 1 };
    case "`":
      return codeAt(text, at);
    case "<":
      return angleLinkAt(text, at);
    case "h":
      return bareLinkAt(text, at);
    case "!":
    case "[":
      return linkAt(text, at, depth);
    case "*":
    case "_":
    case "~":
      return depth ? pairAt(text, at, depth) : null;
    default:
      return null;
  }
}

/** @param {string} text @param {number} at */
function codeAt(text, at) {
  const ticks = /^`+/.exec(text.slice(at, at + 20))?.[0] || "`";
  const end = text.indexOf(ticks, at + ticks.length);
  if (end < 0) return null;
  const content = text.slice(at + ticks.length, end).replace(/^ (.*[^ ].*) $/s, "$1");
  return { node: { tag: "code", children: [content] }, end: end + ticks.length };
}

/** @param {string} text @param {number} at */
function angleLinkAt(text, at) {
  const match = ANGLE_LINK.exec(text.slice(at, at + LONGEST_SPAN));
  return match && { node: { tag: "a", href: match[1], children: [match[1]] }, end: at + match[0].length };
}

/** An address in the text, without the full stop or bracket that follows it. @param {string} text @param {number} at */
function bareLinkAt(text, at) {
  if (/[\w/]/.test(text[at - 1] || "")) return null;
  const match = BARE_LINK.exec(text.slice(at, at + LONGEST_SPAN));
  if (!match) return null;
  let href = match[0].replace(/[.,:;!?*_~]+$/, "");
  if (href.endsWith(")") && !href.includes("(")) href = href.slice(0, -1);
  return { node: { tag: "a", href, children: [href] }, end: at + href.length };
}

/**
 * A picture becomes a link: fetching it would tell its owner who reads what.
 * @param {string} text
 * @param {number} at
 * @param {number} depth
 */
function linkAt(text, at, depth) {
  const match = INNER_LINK.exec(text.slice(at, at + LONGEST_SPAN));
  if (!match) return null;
  const [whole, , label, href] = match;
  const children = depth > 0 ? inline(label, 0) : [label];
  return { node: { tag: "a", href, children: label ? children : [href] }, end: at + whole.length };
}

/** @param {string} text @param {number} at @param {number} depth */
function pairAt(text, at, depth) {
  for (const [mark, tag] of PAIRS) {
    if (!text.startsWith(mark, at) || (mark[0] === "_" && /\w/.test(text[at - 1] || ""))) continue;
    const from = at + mark.length;
    if (!/\S/.test(text[from] || "")) continue;
    const end = closing(text, mark, from);
    if (end > from)
      return { node: { tag, children: inline(text.slice(from, end), depth - 1) }, end: end + mark.length };
  }
  return null;
}

/**
 * Where the mark closes: after a non-space, and for `_` before a non-word.
 * @param {string} text
 * @param {string} mark
 * @param {number} from
 */
function closing(text, mark, from) {
  const limit = Math.min(text.length, from + LONGEST_SPAN);
  for (let end = text.indexOf(mark, from); end >= 0 && end < limit; end = text.indexOf(mark, end + mark.length)) {
    if (/\s/.test(text[end - 1])) continue;
    if (mark[0] === "_" && /\w/.test(text[end + mark.length] || "")) continue;
    return end;
  }
  return -1;
}
