// Swiping a message with the thumb: right marks it read, left archives it.
import { el, icon } from "./dom.js";
import { archive, markRead } from "./rows.js";
import { toast } from "./toast.js";

const DECIDED_PX = 12;
const ENOUGH_PX = 88;

/** @param {HTMLElement} item @param {string} key of its row */
export function swipeable(item, key) {
  let from = { x: 0, y: 0 };
  let moved = 0;
  let swiping = false;
  const row = () => /** @type {HTMLElement} */ (item.querySelector(".row"));

  const settle = () => {
    row().style.transform = "";
    item.classList.remove("swiping");
    item.querySelector(".swipe")?.remove();
    swiping = false;
  };

  item.addEventListener(
    "touchstart",
    (event) => {
      from = { x: event.touches[0].clientX, y: event.touches[0].clientY };
      moved = 0;
    },
    { passive: true },
  );

  item.addEventListener(
    "touchmove",
    (event) => {
      const x = event.touches[0].clientX - from.x;
      const y = event.touches[0].clientY - from.y;
      if (!swiping && (Math.abs(x) < DECIDED_PX || Math.abs(x) < 2 * Math.abs(y))) return;
      swiping = true;
      moved = x;
      item.classList.add("swiping");
      row().style.transform = `translateX(${x}px)`;
      under(item, x);
    },
    { passive: true },
  );

  item.addEventListener("touchend", async () => {
    if (!swiping) return;
    settle();
    if (moved > ENOUGH_PX) await markRead(key);
    if (moved >= -ENOUGH_PX) return;
    await archive(key);
    toast("Archived.", { label: "Undo", run: () => archive(key, false) });
  });
  item.addEventListener("touchcancel", settle);
}

/** What will happen, under the row. @param {HTMLElement} item @param {number} x */
function under(item, x) {
  const side = x > 0 ? "right" : "left";
  let note = /** @type {HTMLElement | null} */ (item.querySelector(".swipe"));
  if (!note || !note.classList.contains(side)) {
    note?.remove();
    note = el("div", { class: `swipe ${side}` }, icon(x > 0 ? "check" : "archive"), x > 0 ? "Mark as read" : "Archive");
    item.prepend(/** @type {HTMLElement} */ (note));
  }
  note?.classList.toggle("ready", Math.abs(x) > ENOUGH_PX);
}
