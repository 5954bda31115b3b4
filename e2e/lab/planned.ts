/** Holds what was on the wire against the plan that the program printed beforehand. */
import { expect } from 'vitest';
import type { KnockPlan } from '../../app/domain/plan/knock-plan';
import type { CapturedPacket } from './capture';
import type { Lab } from './lab';

/** How late a packet may be on a busy machine where the plan itself sets no bound, in milliseconds. */
const LATE_MS = 150;

/** The plan, as `--dry-run --json` prints it. */
export async function planOf(lab: Lab, args: readonly string[]): Promise<KnockPlan> {
  const { code, stdout, stderr } = await lab.inClient(lab.sesamy('knock', ...args, '--dry-run', '--json'));
  if (code !== 0) throw new Error(`There is no plan: ${stderr}`);
  const printed = JSON.parse(stdout) as { type: 'plan'; plan: KnockPlan };
  expect(printed.type).toBe('plan');
  return printed.plan;
}

/** Fails unless these packets are the plan's, each of them once and in time, and nothing else. */
export function expectKnocks(sent: readonly CapturedPacket[], planned: KnockPlan['packets'], lateMs = LATE_MS): void {
  const wanted = planned.map(({ protocol, port }) => ({
    protocol,
    dstPort: port,
    flags: protocol === 'tcp' ? 'S' : '',
  }));
  expect(sent.map(({ protocol, dstPort, flags }) => ({ protocol, dstPort, flags }))).toEqual(wanted);
  const zeroMs = (sent[0]?.atMs ?? 0) - (planned[0]?.atMs ?? 0);
  planned.forEach((packet, index) => {
    const off = (sent[index]?.atMs ?? 0) - zeroMs - packet.atMs;
    expect(Math.abs(off), `packet ${index} is ${off.toFixed(1)} ms off`).toBeLessThan(lateMs);
  });
}

/** Fails unless exactly the plan's packets left, then one connecting SYN, and then that connection's own packets. */
export function expectKnocksAndConnection(sent: readonly CapturedPacket[], plan: KnockPlan): void {
  const lateMs = plan.slack?.knockLateMs ?? LATE_MS;
  const connectPacket = { index: plan.packets.length, protocol: 'tcp', ...plan.connect } as const;
  const knocks = plan.packets.length + 1;
  expectKnocks(sent.slice(0, knocks), [...plan.packets, connectPacket], lateMs);

  const connection = sent[knocks - 1];
  const rest = sent.slice(knocks);
  expect(rest.length).toBeGreaterThan(0);
  for (const packet of rest) {
    expect(packet).toMatchObject({ protocol: 'tcp', srcPort: connection?.srcPort, dstPort: plan.connect.port });
    expect(packet.flags).not.toContain('S');
  }
}
