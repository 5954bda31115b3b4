import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from './lab';
import { expectKnocks, planOf } from './planned';
import { passing, until } from './process';

describe('a knock that is cancelled', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.create();
    await lab.shutFirewall();
  });

  afterAll(async () => {
    await lab.dispose();
  });

  const target = (): readonly string[] => ['--host', lab.server.ipv4, '--port', '22'];
  const countWindow = ['--mode', 'count-window', '--sequence', '321', '--window', '1000'];

  it.each([
    { verb: 'knock', signal: 'SIGINT', protocol: 'tcp' },
    { verb: 'knock', signal: 'SIGTERM', protocol: 'udp' },
    { verb: 'proxy', signal: 'SIGINT', protocol: 'tcp' },
  ] as const)('by $signal sends nothing more ($verb, $protocol)', async ({ verb, signal, protocol }) => {
    const args = [...countWindow, '--protocol', protocol, ...target()];
    const plan = await planOf(lab, args);
    const firstBurst = plan.packets.slice(0, 3);
    const capture = await lab.capture();
    const sesamy = lab.startInClient(lab.sesamy(verb, ...args));
    await until('the first burst has left', () => capture.sent.length >= firstBurst.length);

    sesamy.kill(signal);
    expect((await sesamy.within(5_000)).code).toBe(130);
    expect(lab.strayClientProcesses()).toEqual([]);

    // Long enough for everything that was still planned.
    await passing(plan.connect.atMs + 200);
    expectKnocks(await capture.stop(), firstBurst);
  });

  it('while it connects gives the connection up', async () => {
    const capture = await lab.capture();
    const sesamy = lab.startInClient(
      lab.sesamy('proxy', '--mode', 'port-sequence', '--steps', '7000', '--', lab.server.ipv4, '22'),
    );
    await until('the connecting SYN has left', () => capture.sent.some((packet) => packet.dstPort === 22));
    sesamy.kill('SIGINT');
    expect((await sesamy.within(5_000)).code).toBe(130);
    // The kernel would repeat the SYN of a living socket after a second.
    await passing(1_300);
    const sent = await capture.stop();
    expect(sent.map(({ dstPort, flags }) => `${dstPort} ${flags}`)).toEqual(['7000 S', '22 S']);
    expect(lab.strayClientProcesses()).toEqual([]);
  });
});
