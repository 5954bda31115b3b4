// `npm run helper:install`, as root: puts the helper where only root writes, lets one group start it, and gives it the
// capabilities for raw packets. `-- --uninstall` takes all of that away again.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILT_HELPER, buildHelper } from './lib/native.mjs';
import { giveUp, say } from './lib/say.mjs';

const FOLDER = '/usr/local/libexec/open-sesamy';
const INSTALLED = path.join(FOLDER, 'sesamy-helper');
/** Where a system package has its own one, for the same group. */
const PACKAGED = '/usr/libexec/open-sesamy/sesamy-helper';
const GROUP = 'open-sesamy';
const CAPABILITIES = 'cap_net_raw,cap_net_admin=ep';
/** Administration tools lie here; not every root has these folders on its path. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** @param {string} file @param {readonly string[]} args */
function tool(file, args) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', env: { ...process.env, PATH } });
  if (error !== undefined) return { found: false, ok: false, output: error.message };
  return { found: true, ok: status === 0, output: `${stdout}${stderr}`.trim() };
}

/** @param {string} file @param {readonly string[]} args */
function must(file, args) {
  const { ok, output } = tool(file, args);
  if (!ok) giveUp(`${[file, ...args].join(' ')} failed. ${output}`);
}

/** @returns {number | null} the group's number */
function groupId() {
  const { ok, output } = tool('getent', ['group', GROUP]);
  return ok ? Number(output.split(':')[2]) : null;
}

/** Makes the group where it is missing, and puts the user behind sudo into it. @returns {number} */
function provideGroup() {
  if (groupId() === null) {
    must('groupadd', ['--system', GROUP]);
    say(`Group ${GROUP} made: its members may send raw packets with the helper.`);
  }
  const user = process.env['SUDO_USER'] ?? 'root';
  if (user === 'root') say(`To let somebody use the helper: usermod -aG ${GROUP} NAME`);
  else if (!tool('id', ['-nG', user]).output.split(' ').includes(GROUP)) {
    must('usermod', ['-aG', GROUP, user]);
    say(`${user} is in the group ${GROUP} now. Log out and in again for it to count.`);
  }
  return groupId() ?? giveUp(`The group ${GROUP} could not be made.`);
}

/** Whether file capabilities count there (mount(8), nosuid). @param {string} folder */
function capabilitiesCount(folder) {
  return !tool('findmnt', ['-n', '-o', 'OPTIONS', '-T', folder]).output.split(',').includes('nosuid');
}

const PKEXEC = 'Where a person can be asked for a password, the app starts it through pkexec instead.';

/** @param {string} file */
function giveCapabilities(file) {
  if (!capabilitiesCount(FOLDER)) {
    say(`${FOLDER} is mounted nosuid: file capabilities cannot work there. ${PKEXEC}`);
    return;
  }
  const { ok, output } = tool('setcap', [CAPABILITIES, file]);
  if (!ok) say(`The file system of ${FOLDER} takes no file capabilities (${output}). ${PKEXEC}`);
}

async function install() {
  if (!tool('setcap', ['-h']).found)
    giveUp('setcap is missing, which gives the helper its capabilities: sudo apt-get install libcap2-bin');
  if (!(await buildHelper())) giveUp('Without a build there is nothing to install.');
  const group = provideGroup();
  fs.mkdirSync(FOLDER, { recursive: true });
  // Debian's /usr/local may be the group staff's, and hands that on to new folders.
  fs.chownSync(FOLDER, 0, 0);
  fs.chmodSync(FOLDER, 0o755);
  // A finished file takes the place of the old one: nobody ever starts half a helper, or one with too many rights.
  const fresh = path.join(FOLDER, `.sesamy-helper.${process.pid}`);
  try {
    fs.copyFileSync(BUILT_HELPER, fresh, fs.constants.COPYFILE_EXCL);
    fs.chownSync(fresh, 0, group);
    fs.chmodSync(fresh, 0o750);
    giveCapabilities(fresh);
    fs.renameSync(fresh, INSTALLED);
  } finally {
    fs.rmSync(fresh, { force: true });
  }
  say(`${INSTALLED} is installed.`);
}

function uninstall() {
  fs.rmSync(FOLDER, { recursive: true, force: true });
  if (groupId() !== null && !fs.existsSync(PACKAGED)) must('groupdel', [GROUP]);
  say(`${INSTALLED} and the group ${GROUP} are gone.`);
}

const options = process.argv.slice(2);
const wantsUninstall = options.length === 1 && options[0] === '--uninstall';
if (options.length > 0 && !wantsUninstall)
  giveUp(`Unknown: ${options.join(' ')}. The only option is --uninstall, after npm's own two hyphens.`);
if (process.platform !== 'linux') giveUp('The helper is for Linux only.');
if (process.getuid?.() !== 0) {
  const command = [process.execPath, fileURLToPath(import.meta.url), ...options];
  giveUp(
    `This needs root. Copy and run:\n  sudo ${command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')}`,
  );
}
if (wantsUninstall) uninstall();
else await install();
