// Electron never runs with privileges (docs/architecture.md, rule 6). Where root starts it, it runs as an ordinary user, from a
// copy of the built app that this user can read, wherever the checkout lies.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './install.mjs';
import { freshFolder, stageInto, stageLarge } from './stage.mjs';

/** Debian's `nobody`: there on every machine, owner of nothing. */
const NOBODY_ID = 65534;

/**
 * @typedef {object} OrdinaryUser
 * @property {number} uid
 * @property {number} gid
 * @property {string} name
 * @property {string | null} home null: the user has none
 */

/** The user for tests. @type {OrdinaryUser} */
export const NOBODY = { uid: NOBODY_ID, gid: NOBODY_ID, name: 'nobody', home: null };

/** The user behind sudo, else nobody. @returns {OrdinaryUser} */
export function ordinaryUser() {
  const uid = Number(process.env['SUDO_UID'] ?? 0);
  if (uid > 0) {
    const fields = execFileSync('getent', ['passwd', String(uid)], { encoding: 'utf8' })
      .trim()
      .split(':');
    return {
      uid,
      gid: Number(process.env['SUDO_GID'] ?? fields[3]),
      name: fields[0] ?? String(uid),
      home: fields[5] ?? null,
    };
  }
  return NOBODY;
}

/**
 * @param {OrdinaryUser} user
 * @param {readonly string[]} argv
 * @param {boolean} [mayGain] whether what it starts may gain rights, as the helper's file capabilities are
 * @returns {string[]}
 */
export function asUser(user, argv, mayGain = false) {
  return [
    'setpriv',
    '--reuid',
    String(user.uid),
    '--regid',
    String(user.gid),
    '--clear-groups',
    ...(mayGain ? [] : ['--no-new-privs']),
    '--',
    ...argv,
  ];
}

/**
 * Copies the built app and its Electron where every user can read them, and makes a home for a user that has none.
 * @param {OrdinaryUser} user
 * @param {string} electronDist
 * @returns {{ folder: string, app: string, executable: string, home: string, remove: () => void }}
 */
export function stageApp(user, electronDist) {
  const folder = freshFolder();
  const app = path.join(folder, 'app');
  fs.mkdirSync(app);
  stageInto(app, [path.join(root, 'package.json'), path.join(root, 'out')]);
  // It is optional, and the one package that is not bundled.
  const cap = path.join(root, 'node_modules/cap');
  if (fs.existsSync(cap)) stageInto(path.join(app, 'node_modules'), [cap]);
  const electron = stageLarge(folder, electronDist);
  const home = user.home ?? path.join(folder, 'home');
  if (user.home === null) {
    fs.mkdirSync(home, { mode: 0o700 });
    fs.chownSync(home, user.uid, user.gid);
  }
  return {
    folder,
    app,
    executable: path.join(electron, 'electron'),
    home,
    remove: () => {
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The environment of that user: none of root's own variables. @param {OrdinaryUser} user @param {string} home */
export function userEnvironment(user, home) {
  const kept = ['PATH', 'LANG', 'LC_ALL', 'DISPLAY', 'WAYLAND_DISPLAY', 'TERM'];
  const env = Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  return { ...env, HOME: home, USER: user.name, LOGNAME: user.name, SHELL: '/bin/sh', TMPDIR: os.tmpdir() };
}

/**
 * A copy of the X server's cookie that the user may read; X11 asks for it even on this computer.
 * @param {OrdinaryUser} user @param {string} folder
 * @returns {Record<string, string>} the variable to add to the user's environment
 */
export function shareScreen(user, folder) {
  const cookie = process.env['XAUTHORITY'] ?? path.join(os.homedir(), '.Xauthority');
  if (!fs.existsSync(cookie)) return {};
  const copy = path.join(folder, 'xauthority');
  fs.copyFileSync(cookie, copy);
  fs.chownSync(copy, user.uid, user.gid);
  fs.chmodSync(copy, 0o400);
  return { XAUTHORITY: copy };
}
