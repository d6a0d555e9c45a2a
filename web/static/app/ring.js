// How a topic rings on this device, as sentences with words that can be changed.
import { el, icon, iconButton } from "./dom.js";
import { onNews } from "./news.js";
import { THRESHOLDS } from "./priority.js";
import { go, goBack } from "./router.js";
import { tomorrowMorning, until } from "./time.js";
import { FOR_EVER, change, followed, isMuted, unfollow } from "./topics.js";
import { confirmed, toast } from "./toast.js";
/** @import { Topic } from "../../types.js" */

const HOUR_S = 3600;

/** @param {string} topic */
export function ringView(topic) {
  const content = el("div.sheet", {});
  const draw = async () => {
    const settings = await followed(topic);
    content.replaceChildren(...(settings ? parts(settings) : [el("p.quiet", {}, "You do not follow this topic.")]));
  };
  const element = el(
    "div",
    {},
    el(
      "div.head",
      {},
      iconButton("back", "Back", () => goBack(`/${topic}`), { class: "icon-button back phone-only" }),
      el("div", {}, el("h1", {}, "How it rings"), el("p.head-note.mono", {}, topic)),
      iconButton("close", "Close", () => go(`/${topic}`), { class: "icon-button wide-only" }),
    ),
    content,
  );
  return { element, ready: draw(), close: onNews("topics", draw) };
}

/** @param {Topic} settings */
function parts(settings) {
  return [
    el(
      "div",
      {},
      el("p.sentence", {}, "Ring this device for ", priorityChoice(settings), "."),
      el("p.sentence", {}, "It is ", muteChoice(settings), "."),
    ),
    el("p.quiet.small", {}, "What does not ring is still kept: it waits here, and in the inbox."),
    el(
      "div.actions",
      {},
      el(
        "button.button.danger",
        { type: "button", onclick: () => leave(settings.topic) },
        icon("bell-off"),
        "Unsubscribe",
      ),
    ),
  ];
}

/** @param {Topic} settings */
function priorityChoice(settings) {
  const select = el(
    "select",
    { "aria-label": "Rings for" },
    ...THRESHOLDS.map(([priority, words]) =>
      el("option", { value: priority, selected: priority === settings.min_priority }, words),
    ),
  );
  select.onchange = () => save({ ...settings, min_priority: Number(select.value) });
  return select;
}

/** @param {Topic} settings */
function muteChoice(settings) {
  const now = Date.now();
  const seconds = Math.floor(now / 1000);
  const current =
    settings.muted_until >= FOR_EVER ? "muted until I turn it on" : `muted until ${until(settings.muted_until, now)}`;
  const choices = /** @type {[number, string][]} */ ([
    [0, "not muted"],
    [seconds + HOUR_S, "muted for 1 hour"],
    [tomorrowMorning(now), "muted until tomorrow"],
    [FOR_EVER, "muted until I turn it on"],
  ]);
  const muted = isMuted(settings, now);
  const options = choices
    .filter(([at]) => !muted || at !== FOR_EVER || settings.muted_until < FOR_EVER)
    .map(([at, words]) => el("option", { value: at, selected: !muted && at === 0 }, words));
  const select = el(
    "select",
    { "aria-label": "Mute" },
    muted && el("option", { value: settings.muted_until, selected: true }, current),
    ...options,
  );
  select.onchange = () => save({ ...settings, muted_until: Number(select.value) });
  return select;
}

/** @param {Topic} settings */
async function save({ topic, min_priority, muted_until }) {
  try {
    await change({ topic, min_priority, muted_until });
  } catch (error) {
    toast(`The server did not take it. ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} topic */
async function leave(topic) {
  const sure = await confirmed({
    title: `Unsubscribe from ${topic}?`,
    text: "It stops ringing here, and its messages leave this device. You can subscribe again at any time.",
    yes: "Unsubscribe",
  });
  if (!sure) return;
  try {
    await unfollow(topic);
    go("/", { replace: true });
  } catch (error) {
    toast(/** @type {Error} */ (error).message);
  }
}
