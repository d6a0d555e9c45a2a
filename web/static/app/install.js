// Chromium tells when it could install the app; the question may come long before anybody shows the button.

/** @type {any} */
let offered = null;
/** @type {((prompt: () => Promise<boolean>) => void) | null} */
let listener = null;

/** @returns {Promise<boolean>} whether it was installed */
async function prompt() {
  if (!offered) return false;
  const event = offered;
  offered = null;
  await event.prompt();
  return (await event.userChoice).outcome === "accepted";
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = event;
  listener?.(prompt);
});

export const installer = {
  /** @param {(prompt: () => Promise<boolean>) => void} call */
  whenReady(call) {
    listener = call;
    if (offered) call(prompt);
  },
};
