// Topic names.

const CONSONANTS = "bdfghjkmnprstvz";
const VOWELS = "aeiou";
const NAME = /^[-_A-Za-z0-9]{1,64}$/;

/** What is wrong with a name, in words; null when nothing is. @param {string} name @param {string[]} reserved */
export function complaint(name, reserved) {
  if (!name) return "A topic needs a name.";
  if (name.length > 64) return "That is longer than 64 characters.";
  if (!NAME.test(name)) return "Use letters, digits, - and _ only.";
  return reserved.includes(name) ? `“${name}” belongs to the server itself. Choose another name.` : null;
}

/**
 * A name that nobody guesses (about 62 bits) and that can still be read out over the phone: "vabo-tumire-kasodi-feru".
 * On a server without accounts the name is the password.
 */
export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  const syllables = [];
  for (let i = 0; i < 20; i += 2) syllables.push(CONSONANTS[bytes[i] % 15] + VOWELS[bytes[i + 1] % 5]);
  return [syllables.slice(0, 2), syllables.slice(2, 5), syllables.slice(5, 8), syllables.slice(8)]
    .map((word) => word.join(""))
    .join("-");
}
