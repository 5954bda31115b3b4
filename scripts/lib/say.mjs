// How the scripts talk: one line a step, with the time it took, so that nobody waits at a silent screen.

/** @param {string} text */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Ends the script with a message for a person. Exit code 1. @param {string} text @returns {never} */
export function giveUp(text) {
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
}

/** @param {number} sinceMs */
export function took(sinceMs) {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
}
