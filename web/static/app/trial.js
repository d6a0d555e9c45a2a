// The big bell: a test push, and each stage ticked off as it happens.
import { api } from "./api.js";
import { announce, el, icon } from "./dom.js";
import { identity } from "./registration.js";
import { duration } from "./time.js";

const STAGES = /** @type {[string, string][]} */ ([
  ["signed", "Signed and encrypted"],
  ["accepted", "Accepted by the push service"],
  ["received", "Received by this device"],
  ["shown", "Shown"],
]);

/** @typedef {{stage: string, ms: number, status?: number, reason?: string}} Stage */

/** A bell that only looks like one. @param {string} [state] `listening` or `` */
export function stillBell(state = "") {
  return el("div", { class: `bell still ${state}`, "aria-hidden": "true" }, el("span.bell-button"));
}

/** @param {{onshown?: () => void, enabled?: boolean}} [how] */
export function trialBell({ onshown, enabled = true } = {}) {
  const words = el(
    "p.quiet",
    { role: "status" },
    enabled
      ? "Press the bell. It rings this device through its push service, the whole way."
      : "The bell works as soon as notifications are allowed.",
  );
  const stages = el("ol.stages", { hidden: true, "aria-label": "Stages of the test" });
  const bell = el(
    "button.bell",
    { type: "button", "aria-label": "Ring this device", "aria-disabled": String(!enabled) },
    el("span.bell-button"),
  );
  let running = false;

  const ring = async () => {
    if (running || bell.getAttribute("aria-disabled") === "true") return;
    running = true;
    bell.classList.remove("rang");
    bell.classList.add("ringing");
    stages.hidden = false;
    stages.replaceChildren(...STAGES.map(([name, label]) => stageLine(name, label)));
    words.textContent = "Ringing…";
    const last = await follow((stage) => tick(stages, stage));
    bell.classList.remove("ringing");
    running = false;
    words.textContent = verdict(last);
    if (last.stage !== "shown") return;
    bell.classList.add("rang");
    announce(words.textContent);
    onshown?.();
  };
  bell.addEventListener("click", ring);
  const enableBell = () => {
    bell.setAttribute("aria-disabled", "false");
    words.textContent = "Now press the bell.";
  };
  return {
    element: el("div", { class: "welcome-door", role: "group", "aria-label": "Test" }, bell, words, stages),
    enable: enableBell,
  };
}

/** @param {string} name @param {string} label */
function stageLine(name, label) {
  return el(
    "li",
    { "data-stage": name },
    el("span.mark", {}, icon("check")),
    el("span", {}, label),
    el("span.ms", {}, ""),
  );
}

/** @param {HTMLElement} stages @param {Stage} stage */
function tick(stages, { stage, ms }) {
  const line = stages.querySelector(`[data-stage="${CSS.escape(stage)}"]`);
  if (!line) return;
  line.classList.add("reached");
  /** @type {HTMLElement} */ (line.querySelector(".ms")).textContent = duration(ms / 1000);
}

/**
 * Read the stages, one JSON object per line, as they come; returns the last.
 * @param {(stage: Stage) => void} onstage
 * @returns {Promise<Stage>}
 */
async function follow(onstage) {
  let last = { stage: "failed", ms: 0, reason: "The server did not answer." };
  try {
    const { body } = await api.test(await identity());
    for await (const line of linesOf(/** @type {ReadableStream<Uint8Array>} */ (body))) {
      last = JSON.parse(line);
      onstage(last);
    }
  } catch (error) {
    return { ...last, stage: "failed", reason: /** @type {Error} */ (error).message };
  }
  return last;
}

/** @param {ReadableStream<Uint8Array>} body */
async function* linesOf(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + decoder.decode(part.value, { stream: true })).split("\n");
    rest = /** @type {string} */ (lines.pop());
    yield* lines.filter(Boolean);
  }
}

/** @param {Stage} last */
function verdict({ stage, ms, reason, status }) {
  if (stage === "shown") return `It rang, ${duration(ms / 1000)} after you pressed.`;
  if (stage === "timeout" || stage === "accepted" || stage === "received") {
    return stage === "received"
      ? "The device received it but did not show it: look at the system’s notification settings."
      : "The push service took it, but this device has not answered. Is it online, and does the system allow notifications?";
  }
  return `It did not ring: ${reason || "the push service refused it"}${status ? ` (${status})` : ""}`;
}
