// Puts what an ordinary user is to run where an ordinary user can reach it: the checkout may lie in a folder that only its
// owner may enter.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

/**
 * Whether every user may enter all folders of this path and has these rights on its last part.
 * @param {string} file @param {number} rights @returns {boolean}
 */
function reachable(file, rights) {
  const here = fs.realpathSync(file);
  if ((fs.statSync(here).mode & rights) !== rights) return false;
  const parent = path.dirname(here);
  return parent === here || reachable(parent, OTHERS_ENTER);
}

/** A fresh folder that every user may enter. The caller removes it. @returns {string} */
export function freshFolder() {
  // A session may have a temporary folder of its own that other users cannot enter.
  const base = reachable(os.tmpdir(), OTHERS_ENTER) ? os.tmpdir() : '/tmp';
  const folder = fs.mkdtempSync(path.join(base, 'open-sesamy-'));
  fs.chmodSync(folder, 0o755);
  return folder;
}

/** Gives everyone the right to read; what the owner may run or enter, everyone may. @param {string} file */
function openUp(file) {
  execFileSync('chmod', ['-R', 'u+rwX,go+rX', file]);
}

/**
 * Copies files and folders into a folder from `freshFolder`, each under its own last name.
 * @param {string} folder
 * @param {readonly string[]} sources
 */
export function stageInto(folder, sources) {
  for (const source of sources) fs.cpSync(source, path.join(folder, path.basename(source)), { recursive: true });
  openUp(folder);
}

/**
 * Like {@link stageInto} for one large folder that nobody will change: by hard links where the file system allows them.
 * @param {string} folder @param {string} source @returns {string} the copy
 */
export function stageLarge(folder, source) {
  const copy = path.join(folder, path.basename(source));
  try {
    execFileSync('cp', ['-al', source, copy], { stdio: 'ignore' });
  } catch {
    fs.rmSync(copy, { recursive: true, force: true });
    execFileSync('cp', ['-a', source, copy]);
  }
  openUp(copy);
  return copy;
}

/** A Node that every user may run: this one, or a copy of it in the folder. @param {string} folder @returns {string} */
export function stageNode(folder) {
  const node = fs.realpathSync(process.execPath);
  if (reachable(node, OTHERS_READ | OTHERS_ENTER)) return node;
  stageInto(folder, [node]);
  return path.join(folder, path.basename(node));
}
