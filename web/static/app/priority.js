// Priorities as people say them.

const NAMES = ["", "lowest", "low", "normal", "high", "emergency"];

/** @param {number | undefined} priority */
export function priorityName(priority) {
  return NAMES[priority || 3];
}

/** From which priority a topic rings, as the end of a sentence. */
export const THRESHOLDS = /** @type {[number, string][]} */ ([
  [1, "every message"],
  [2, "priority 2 (low) and above"],
  [3, "priority 3 (normal) and above"],
  [4, "priority 4 (high) and above"],
  [5, "emergencies only"],
]);

/** @param {number} minimum */
export function threshold(minimum) {
  return THRESHOLDS.find(([priority]) => priority === minimum)?.[1] || "every message";
}
