import { spawn } from 'node:child_process';
import { say, took } from './say.mjs';

/** After this much silence a long step says that it is still at work, in milliseconds. */
const STILL_MS = 15_000;

/**
 * Runs a program with its output passed through. Resolves to its exit code, 128 + n for a signal.
 * @param {string} title shown before, and with the time after
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options] quiet: output is shown only on failure
 * @returns {Promise<number>}
 */
export async function run(title, file, args, options = {}) {
  const started = Date.now();
  say(`▸ ${title}`);
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
  });
  /** @type {Buffer[]} */
  const output = [];
  child.stdout?.on('data', (data) => output.push(data));
  child.stderr?.on('data', (data) => output.push(data));
  const still = setInterval(() => say(`  … ${title}: ${took(started)}`), STILL_MS);
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${file}: ${error.message}\n`);
      resolve(127);
    });
    child.once('close', (status, signal) => resolve(status ?? (signal === null ? 1 : 128)));
  });
  clearInterval(still);
  if (code !== 0) process.stderr.write(Buffer.concat(output));
  say(`  ${code === 0 ? 'done' : `FAILED (${code})`} in ${took(started)}`);
  return code;
}
