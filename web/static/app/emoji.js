// Tags that are the short code of an emoji are shown as the emoji. The table comes from the server, once.

/** @type {Promise<Record<string, string> | null> | null} */
let loading = null;
/** @type {Record<string, string> | null} */
let table = null;

/**
 * Resolves when `splitTags` knows the emojis among these tags; loads them when the first tag is seen.
 * @param {string[]} tags
 */
export async function loadEmoji(tags) {
  if (!tags.length || table) return;
  loading ??= fetch(`${document.body.dataset.static}emoji.json`).then((answer) => (answer.ok ? answer.json() : null));
  table = await loading.catch(() => null);
  if (!table) loading = null;
}

/** @param {string[] | undefined} tags @returns {{emojis: string[], words: string[]}} */
export function splitTags(tags = []) {
  const known = table || {};
  return {
    emojis: tags.flatMap((tag) => (Object.hasOwn(known, tag) ? [known[tag]] : [])),
    words: tags.filter((tag) => !Object.hasOwn(known, tag)),
  };
}
