// Times as people say them. `now` is passed in, in milliseconds, so that every sentence can be tested.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long ago, while that is the shorter answer; else when.
 * @param {number} at Unix seconds
 * @param {number} now
 */
export function ago(at, now) {
  const age = now / 1000 - at;
  if (age < 6 * HOUR || dayStart(at * 1000) === dayStart(now)) return agoInDay(at, now);
  return age < 6 * DAY ? `${weekday(at, "short")} ${clock(at)}` : shortDate(at, now);
}

/**
 * The same under a heading that tells the day.
 * @param {number} at Unix seconds
 * @param {number} now
 */
export function agoInDay(at, now) {
  const age = now / 1000 - at;
  if (age < 45) return "now";
  return age < HOUR ? `${Math.max(1, Math.round(age / MINUTE))} min` : clock(at);
}

/** The heading over the messages of a day. @param {number} at Unix seconds @param {number} now */
export function dayName(at, now) {
  const days = Math.round((dayStart(now) - dayStart(at * 1000)) / (DAY * 1000));
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return weekday(at, "long");
  return shortDate(at, now);
}

/** For people who hover and for screen readers. @param {number} at Unix seconds */
export function exact(at) {
  return format(at, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

/** @param {number} at Unix seconds */
export function clock(at) {
  return format(at, { hour: "2-digit", minute: "2-digit" });
}

/** @param {number} s */
export function duration(s) {
  if (s < 0.0005) return "0 ms";
  if (s < 1) return `${Math.round(s * 1000)} ms`;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  if (s < HOUR) return `${Math.round(s / MINUTE)} min`;
  return s < DAY ? `${Math.round(s / HOUR)} h` : `${Math.round(s / DAY)} days`;
}

/** When a mute ends: "18:30", "tomorrow 08:00", "Friday 08:00". @param {number} at Unix seconds @param {number} now */
export function until(at, now) {
  const days = Math.round((dayStart(at * 1000) - dayStart(now)) / (DAY * 1000));
  if (days <= 0) return clock(at);
  if (days === 1) return `tomorrow ${clock(at)}`;
  return days < 7 ? `${weekday(at, "long")} ${clock(at)}` : shortDate(at, now);
}

/** Tomorrow morning at eight, local time, in Unix seconds. @param {number} now */
export function tomorrowMorning(now) {
  const day = new Date(now);
  day.setDate(day.getDate() + 1);
  return Math.floor(day.setHours(8, 0, 0, 0) / 1000);
}

/** Local midnight before this instant; both in milliseconds. @param {number} at */
export function dayStart(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** @param {number} at @param {"short" | "long"} weekday */
function weekday(at, weekday) {
  return format(at, { weekday });
}

/** @param {number} at @param {number} now */
function shortDate(at, now) {
  const sameYear = new Date(at * 1000).getFullYear() === new Date(now).getFullYear();
  return format(at, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) });
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {number} at @param {Intl.DateTimeFormatOptions} options */
function format(at, options) {
  const name = JSON.stringify(options);
  const formatter = formats.get(name) || new Intl.DateTimeFormat(undefined, options);
  formats.set(name, formatter);
  return formatter.format(at * 1000);
}
