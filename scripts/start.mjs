// `npm start`: from a fresh clone to an open window. Installs what is missing, builds, finds an Electron, opens the app.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { build } from './lib/build.mjs';
import { buildCap } from './lib/cap.mjs';
import {
  canInstallSystemPackages,
  checkNode,
  installNodePackages,
  installSystemPackages,
  root,
  VIRTUAL_SCREEN_PACKAGES,
  WINDOW_PACKAGES,
} from './lib/install.mjs';
import { asUser, ordinaryUser, shareScreen, stageApp, userEnvironment } from './lib/ordinary-user.mjs';
import { giveUp, say } from './lib/say.mjs';
import { hasScreen, VIRTUAL_SCREEN } from './lib/screen.mjs';

checkNode();
const linux = process.platform === 'linux';
const asRoot = process.getuid?.() === 0;
const onScreen = hasScreen();

await installNodePackages();
if (linux)
  await installSystemPackages(
    'what a window needs',
    onScreen ? WINDOW_PACKAGES : [...WINDOW_PACKAGES, ...VIRTUAL_SCREEN_PACKAGES],
  );
await buildCap();
await build();
const { resolveElectron } = await import('./electron-runtime/index.mjs');
const runtime = resolveElectron();

if (!onScreen && !canInstallSystemPackages() && !fs.existsSync('/usr/bin/xvfb-run'))
  giveUp(
    'There is no screen here. Run npm start where there is one, or install xvfb to open the window on a virtual screen.',
  );

/** @type {string[]} */
let command;
/** @type {NodeJS.ProcessEnv} */
let env = process.env;
/** @type {() => void} */
let cleanUp = () => {};
if (asRoot && linux) {
  const user = ordinaryUser();
  const staged = stageApp(user, runtime.dist);
  cleanUp = () => {
    staged.remove();
  };
  env = { ...userEnvironment(user, staged.home), ...shareScreen(user, staged.folder) };
  say(`You are root, and Open Sesamy never runs with privileges: it runs as ${user.name}, from a copy.`);
  if (user.home === null)
    say(`${user.name} has no home: what you save is gone when it ends. Start it as an ordinary user to keep it.`);
  // The X server's socket folder is root's to make.
  if (!fs.existsSync('/tmp/.X11-unix')) {
    fs.mkdirSync('/tmp/.X11-unix');
    fs.chmodSync('/tmp/.X11-unix', 0o1777);
  }
  command = asUser(user, [...(onScreen ? [] : VIRTUAL_SCREEN), staged.executable, staged.app]);
} else {
  command = [...(onScreen ? [] : VIRTUAL_SCREEN), runtime.executable, root];
}
if (!onScreen) say('There is no screen here: the window opens on a virtual one, where nobody sees it.');
say('Open Sesamy is open. Close its window, or press Ctrl-C here, to end it.');

const [file, ...args] = command;
const child = spawn(/** @type {string} */ (file), args, { cwd: '/', env, stdio: 'inherit' });
// Ctrl-C reaches the whole foreground group by itself; the other two reach only us.
process.on('SIGINT', () => {});
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
child.once('error', (error) => {
  cleanUp();
  giveUp(`The app could not be started: ${error.message}.`);
});
child.once('exit', (code, signal) => {
  cleanUp();
  if (code !== 0 && signal === null && fs.existsSync('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'))
    say(
      'If it said something of a sandbox: this system keeps ordinary programs from making one. docs/platforms.md tells what to do.',
    );
  process.exit(code ?? 0);
});
