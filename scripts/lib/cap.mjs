// Builds the optional package `cap` (libpcap) for this Node. What it lacks is said in one line, and all else goes on.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './install.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

const folder = path.join(root, 'node_modules/cap');
const addon = path.join(folder, 'build/Release/cap.node');
/** Says which Node the build is for: npm may have been run by another one before. */
const stamp = path.join(folder, 'build/.open-sesamy-abi');
const wanted = `${process.platform} ${process.arch} ${process.versions.modules}`;

/** Whether the build is there and for this Node. */
function built() {
  return fs.existsSync(addon) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted;
}

/** What keeps it from being built here, or null. @returns {string | null} */
function missing() {
  if (!fs.existsSync(path.join(folder, 'binding.gyp'))) return 'npm left it out';
  if (process.platform !== 'linux') return null;
  const headers = ['/usr/include/pcap/pcap.h', '/usr/local/include/pcap/pcap.h'];
  if (!headers.some((file) => fs.existsSync(file))) return 'sudo apt-get install libpcap-dev g++ make python3';
  return null;
}

/** Node's own headers where they lie beside its binary, so that nothing has to be fetched. @returns {string[]} */
export function headersOfThisNode() {
  const prefix = path.resolve(fs.realpathSync(process.execPath), '../..');
  return fs.existsSync(path.join(prefix, 'include/node/node_version.h')) ? [`--nodedir=${prefix}`] : [];
}

/** Builds `cap` unless that is done already. Never ends the script: without it only the transport `pcap` is missing. */
export async function buildCap() {
  if (built()) return;
  const lack = missing();
  if (lack !== null) {
    say(`  The transport pcap is left out, since cap (optional) cannot be built: ${lack}`);
    return;
  }
  const gyp = path.join(root, 'node_modules/node-gyp/bin/node-gyp.js');
  const args = [gyp, 'rebuild', '--loglevel=error', ...headersOfThisNode()];
  const code = await run('Building cap (libpcap), optional', process.execPath, args, { cwd: folder, quiet: true });
  if (code === 0) fs.writeFileSync(stamp, wanted);
  else say('  The transport pcap is left out, since cap (optional) could not be built; see above.');
}

if (process.argv[1] !== undefined && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await buildCap();
