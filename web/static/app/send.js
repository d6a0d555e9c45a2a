// Writing a message.
import { api } from "./api.js";
import { el, icon, iconButton } from "./dom.js";
import { shellQuoted } from "./command.js";
import { safeLink } from "./links.js";
import { complaint } from "./names.js";
import { priorityName } from "./priority.js";
import { go, goBack } from "./router.js";
import { followedTopics, recall } from "./state.js";
import { toast } from "./toast.js";

const NORMAL = 3;

/** @param {string} topic where to; "" to choose */
export function sendView(topic) {
  const names = el("datalist", { id: "followed" });
  const form = sendForm(topic, names);
  const element = el(
    "div",
    {},
    el(
      "div.head",
      {},
      iconButton("back", "Back", () => goBack("/"), { class: "icon-button back phone-only" }),
      el("div", {}, el("h1", {}, "Send a message")),
    ),
    form,
  );
  const ready = followedTopics().then((topics) => {
    names.replaceChildren(...topics.map((each) => el("option", { value: each.topic })));
    if (!topic && topics.length) form.elements.topic.value = topics[0].topic;
    form.dispatchEvent(new Event("input"));
  });
  return { element, ready };
}

/** @param {string} topic @param {HTMLElement} names */
function sendForm(topic, names) {
  const problem = el("p.complaint", { role: "alert" });
  const same = el("code", {});
  const form = el(
    "form.sheet",
    { novalidate: true },
    field(
      "Topic",
      el("input.mono", {
        id: "send-topic",
        name: "topic",
        type: "text",
        value: topic,
        list: "followed",
        required: true,
        maxlength: 64,
        autocapitalize: "none",
        autocomplete: "off",
        spellcheck: "false",
      }),
      names,
    ),
    field(
      "Title",
      el("input", { id: "send-title", name: "title", type: "text", maxlength: 250, placeholder: "Optional" }),
    ),
    field("Message", el("textarea", { id: "send-message", name: "message", maxlength: 4096 })),
    priorityField(),
    el(
      "details",
      {},
      el("summary", {}, "Tags, link, Markdown"),
      field(
        "Tags",
        el("input", {
          id: "send-tags",
          name: "tags",
          type: "text",
          placeholder: "warning, backup",
          autocapitalize: "none",
        }),
        el("p.hint", {}, "With commas between them. The name of an emoji, such as tada, becomes that emoji."),
      ),
      field(
        "Link",
        el("input", { id: "send-click", name: "click", type: "url", placeholder: "https://…" }),
        el("p.hint", {}, "Opens when the notification is tapped."),
      ),
      el("label.tick.field", {}, el("input", { type: "checkbox", name: "markdown" }), "The message is Markdown"),
    ),
    el("div.actions", {}, el("button.button.brass", { type: "submit" }, icon("send"), "Send")),
    problem,
    el(
      "details",
      {},
      el("summary", {}, "The same with curl"),
      el("div.command", {}, el("pre", { tabindex: "0" }, same)),
    ),
  );
  form.addEventListener("input", () => (same.textContent = curlOf(draftOf(form))));
  form.addEventListener("submit", (/** @type {Event} */ event) => (event.preventDefault(), submit(form, problem)));
  return form;
}

/** @param {string} name @param {HTMLElement} control @param {...HTMLElement} more */
function field(name, control, ...more) {
  return el("div.field", {}, el("label", { for: control.id }, name), control, ...more);
}

function priorityField() {
  const choice = (/** @type {number} */ priority) => {
    const name = priorityName(priority);
    return el(
      "label",
      {},
      el("input", { type: "radio", name: "priority", value: priority, checked: priority === NORMAL }),
      name[0].toUpperCase() + name.slice(1),
    );
  };
  return el("fieldset.field", {}, el("legend", {}, "Priority"), el("div.choice", {}, ...[1, 2, 3, 4, 5].map(choice)));
}

/**
 * What the form says, without what is left at its default.
 * @param {HTMLFormElement} form
 * @returns {Record<string, any> & {topic: string}}
 */
function draftOf(form) {
  const data = new FormData(form);
  const text = (/** @type {string} */ name) => String(data.get(name) || "").trim() || undefined;
  const tags = text("tags")
    ?.split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
  const priority = Number(data.get("priority"));
  return {
    topic: text("topic") || "",
    title: text("title"),
    message: text("message"),
    priority: priority === NORMAL ? undefined : priority,
    tags,
    click: text("click"),
    markdown: data.has("markdown") || undefined,
  };
}

/** @param {Record<string, any>} draft */
export function curlOf(draft) {
  const headers = [
    ["Title", draft.title],
    ["Priority", draft.priority],
    ["Tags", draft.tags?.join(",")],
    ["Click", draft.click],
    ["Markdown", draft.markdown && "yes"],
  ]
    .filter(([, value]) => value)
    .map(([name, value]) => `-H ${shellQuoted(`${name}: ${value}`)}`);
  return [
    "curl",
    ...headers,
    `-d ${shellQuoted(draft.message || "")}`,
    `${location.origin}/${draft.topic || "topic"}`,
  ].join(" \\\n  ");
}

/** @param {HTMLFormElement} form @param {HTMLElement} problem */
async function submit(form, problem) {
  const draft = draftOf(form);
  const reserved = (await recall("reserved")) || [];
  problem.textContent =
    complaint(draft.topic, reserved) ||
    (draft.click && !safeLink(draft.click) ? "The link must start with https://, http://, mailto:, tel: or geo:." : "");
  if (problem.textContent) return;
  try {
    const sent = await api.publish(draft);
    for (const name of ["title", "message"]) /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = "";
    toast(`Sent to ${draft.topic}.`, { label: "Look", run: () => go(`/${draft.topic}?message=${sent.id}`) });
  } catch (error) {
    problem.textContent = `It was not sent. ${/** @type {Error} */ (error).message}`;
  }
}
