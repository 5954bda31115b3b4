/**
 * Runs a program in the client's namespace of a fresh lab, whose server hides its sshd behind count-window rules, and another
 * one behind a rule of TCP Stealth. The
 * window tests are run by it. Usage: node enter.mjs PROGRAM [ARGUMENT…]; SESAMY_LAB tells the program what there is.
 */
import { spawn } from 'node:child_process';
import { recipesOf } from '../../app/domain/modes/registry';
import { Lab } from './lab';
import type { LabForWindow } from './lab-for-window';
import { loadRecipe } from './load-recipe';

const STEALTH = { servicePort: 2222, secret: 'open sesamy' };
const RULES = { sequence: '121', windowSeconds: 1, knockPort: 22, servicePort: 22 };

const lab = await Lab.create();
try {
  const server = await lab.startSshServer(RULES.servicePort);
  await lab.installCountWindow(RULES);
  const stealth = await lab.startSshServer(STEALTH.servicePort);
  // Elsewhere the kernel itself answers, as closed ports do.
  await lab.inServer([
    'iptables',
    '-I',
    'INPUT',
    '-p',
    'tcp',
    '!',
    '--dport',
    String(RULES.servicePort),
    '-j',
    'ACCEPT',
  ]);
  for (const recipe of recipesOf(
    { kind: 'tcp-stealth', secret: STEALTH.secret, timestamps: false, integrityLength: 0, use: 'connection' },
    { address: lab.server.ipv4, family: 4, servicePort: STEALTH.servicePort },
  ))
    await loadRecipe(lab, recipe);
  const told: LabForWindow = {
    host: lab.server.ipv4,
    servicePort: RULES.servicePort,
    sequence: RULES.sequence,
    windowMs: RULES.windowSeconds * 1000,
    identityFile: server.identityFile,
    knownHostsFile: server.knownHostsFile,
    serverNamespace: lab.serverNamespace,
    stealth: { ...STEALTH, identityFile: stealth.identityFile, knownHostsFile: stealth.knownHostsFile },
  };
  const [file, ...args] = lab.asClientRoot(process.argv.slice(2));
  if (file === undefined) throw new Error('usage: enter PROGRAM [ARGUMENT…]');
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, SESAMY_LAB: JSON.stringify(told) } });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
} finally {
  await lab.dispose();
}
