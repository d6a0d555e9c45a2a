import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMarkdown, plainText } from "../../web/static/app/markdown.js";

const TAGS = new Set([
  "p",
  "pre",
  "code",
  "strong",
  "em",
  "del",
  "br",
  "hr",
  "blockquote",
  "ul",
  "ol",
  "li",
  "a",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
]);
const p = (...children) => [{ tag: "p", children }];
const only = (text) => parseMarkdown(text)[0];

const INLINE = {
  "plain text": ["plain text"],
  "**bold** text": [{ tag: "strong", children: ["bold"] }, " text"],
  "*it* _it_": [{ tag: "em", children: ["it"] }, " ", { tag: "em", children: ["it"] }],
  "~~gone~~": [{ tag: "del", children: ["gone"] }],
  "`a < b`": [{ tag: "code", children: ["a < b"] }],
  "`` a ` b ``": [{ tag: "code", children: ["a ` b"] }],
  snake_case_name: ["snake_case_name"],
  "2 * 3 * 4": ["2 * 3 * 4"],
  "\\*not\\*": ["*not*"],
  "**open": ["**open"],
  "<script>alert(1)</script>": ["<script>alert(1)</script>"],
  "see https://a.example/x_y_z.": [
    "see ",
    { tag: "a", href: "https://a.example/x_y_z", children: ["https://a.example/x_y_z"] },
    ".",
  ],
  "(https://a.example)": ["(", { tag: "a", href: "https://a.example", children: ["https://a.example"] }, ")"],
  "[label](https://a.example/w_(x))": [{ tag: "a", href: "https://a.example/w_(x)", children: ["label"] }],
  "![picture](https://a.example/p.png)": [{ tag: "a", href: "https://a.example/p.png", children: ["picture"] }],
  "<mailto:a@b.example>": [{ tag: "a", href: "mailto:a@b.example", children: ["mailto:a@b.example"] }],
  "**a *b* c**": [{ tag: "strong", children: ["a ", { tag: "em", children: ["b"] }, " c"] }],
};
for (const [text, children] of Object.entries(INLINE)) {
  test(`marks within a line: ${text}`, () => assert.deepEqual(parseMarkdown(text), p(...children)));
}

test("a new line in the text is a new line on the screen", () => {
  assert.deepEqual(parseMarkdown("a\nb\n\nc"), [...p("a", { tag: "br", children: [] }, "b"), ...p("c")]);
});

test("headings, rules, quotes and code", () => {
  assert.deepEqual(
    parseMarkdown("## Two ##\n---\n> quoted\n\n```sh\nrm -rf *\n```").map((node) => node.tag),
    ["h2", "hr", "blockquote", "pre"],
  );
  assert.deepEqual(only("```\n**as it is**\n\n<b>\n```"), { tag: "pre", children: ["**as it is**\n\n<b>"] });
  assert.deepEqual(only("```\nnever closed"), { tag: "pre", children: ["never closed"] });
});

test("lists, numbered from where they start, one in another", () => {
  assert.deepEqual(only("3. c\n4. d"), {
    tag: "ol",
    start: 3,
    children: [
      { tag: "li", children: ["c"] },
      { tag: "li", children: ["d"] },
    ],
  });
  const [outer] = parseMarkdown("- a\n  - b\n- c");
  assert.deepEqual(
    outer.children.map((item) => item.children[0]),
    ["a", "c"],
  );
  assert.equal(outer.children[0].children[1].tag, "ul");
});

test("a preview has the words and no marks", () => {
  assert.equal(
    plainText("# Deploy\n\n**shop** `v2` is [live](https://a.example)\n\n- one\n- two"),
    "Deploy\nshop v2 is live\none\ntwo",
  );
});

const NASTY = [
  "*".repeat(4000),
  "**a".repeat(1300),
  "[".repeat(4000),
  "[a](".repeat(1000),
  "> ".repeat(2000),
  "- ".repeat(2000),
  "`".repeat(3999),
  "_a ".repeat(1300),
  "<http://".repeat(500),
  "http://".repeat(570),
  "![](".repeat(1000),
  "1. ".repeat(1300),
  "  - a\n".repeat(600),
  "\\".repeat(4000),
  "~~ ".repeat(1300),
];
test("no text of the largest size takes longer than a blink, and every node is of a known kind", () => {
  for (const text of NASTY) {
    const start = performance.now();
    const tree = parseMarkdown(text);
    assert.ok(performance.now() - start < 250, `${text.slice(0, 12)}… took ${performance.now() - start} ms`);
    check(tree);
  }
});

test("random texts never break and, outside of code fences, never lose a word", () => {
  const pieces = [
    "*",
    "**",
    "_",
    "`",
    "~~",
    "[",
    "](",
    ")",
    "!",
    "<",
    ">",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "# ",
    "> ",
    "http://x.y",
    "word",
    " ",
    "\\",
    "é",
    "🔔",
  ];
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 2000; round += 1) {
    const text = Array.from({ length: 30 }, () => pieces[Math.floor(random() * pieces.length)]).join("");
    const tree = parseMarkdown(text);
    check(tree);
    const count = (words) => words.split("word").length;
    if (!text.includes("~~~")) assert.ok(count(tree.map(wordsAndLinks).join(" ")) >= count(text), text);
  }
});

function check(nodes) {
  for (const node of nodes) {
    if (typeof node === "string") continue;
    assert.ok(TAGS.has(node.tag), node.tag);
    check(node.children);
  }
}

function wordsAndLinks(node) {
  return typeof node === "string" ? node : (node.href || "") + node.children.map(wordsAndLinks).join("");
}
