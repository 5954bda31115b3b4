/**
 * `npm run bench:open`: from Enter to the server's SSH banner, on the lab's wire with the real knockd and three steps: `sesamy proxy`
 * beside the reference client in a shell line, as people write it. All take turns in one run; medians of ten.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openingRule } from '../lab/knockd';
import { Lab } from '../lab/lab';
import { until } from '../lab/process';

const SERVICE_PORT = 22;
const STEPS = ['7000:tcp', '8000:tcp', '9000:tcp'];
const RUNS = 10;

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.create();
  await lab.startSshServer(SERVICE_PORT);
  await lab.shutFirewall();
  await lab.startKnockd({ open: { steps: STEPS }, servicePort: SERVICE_PORT });
});

afterAll(async () => {
  await lab.dispose();
});

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) /
    2
  );
};

/** Milliseconds from the start of a command to the banner on its standard output. The door is shut before and after. */
async function timeToBanner(command: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const client = lab.startInClient(command);
  await new Promise((resolve) => client.child.stdout.once('data', resolve));
  const tookMs = performance.now() - startedMs;
  await until('the banner', () => client.stdout.toString().startsWith('SSH-2.0-'));
  client.child.stdin.end();
  client.kill('SIGTERM');
  await client.within(10_000);
  await lab.inServer(['iptables', '-D', ...openingRule(lab.client.ipv4, SERVICE_PORT)]);
  return tookMs;
}

it('opens sooner than the reference client in a shell line', { timeout: 180_000 }, async () => {
  const host = lab.server.ipv4;
  const ours = (...more: readonly string[]): readonly string[] =>
    lab.sesamy(
      'proxy',
      '--mode',
      'port-sequence',
      '--steps',
      STEPS.join(','),
      ...more,
      '--',
      host,
      String(SERVICE_PORT),
    );
  const reference = (between: string): readonly string[] => [
    'sh',
    '-c',
    `knock "$0" ${STEPS.join(' ')}; ${between}exec nc "$0" ${SERVICE_PORT}`,
    host,
  ];
  const ways = [
    { name: 'sesamy proxy', limitMs: 450, command: ours() },
    { name: 'sesamy proxy --delay 10', limitMs: 250, command: ours('--delay', '10') },
    { name: 'knock; sleep 1; nc', limitMs: null, command: reference('sleep 1; ') },
    { name: 'knock; nc', limitMs: null, command: reference('') },
  ] as const;
  const times = ways.map((): number[] => []);
  for (let run = 0; run < RUNS; run++)
    for (const [position, { command }] of ways.entries()) times[position]?.push(await timeToBanner(command));
  process.stdout.write(`\nFrom Enter to the banner, three steps, medians of ${RUNS} (least to most), in seconds\n`);
  for (const [position, { name }] of ways.entries()) {
    const own = times[position] ?? [];
    const [middle, least, most] = [median(own), Math.min(...own), Math.max(...own)].map((ms) => (ms / 1000).toFixed(2));
    process.stdout.write(`${name.padEnd(26)} ${middle ?? ''}  (${least ?? ''} to ${most ?? ''})\n`);
  }
  for (const [position, { limitMs }] of ways.entries())
    if (limitMs !== null) expect(median(times[position] ?? [])).toBeLessThan(limitMs);
});
