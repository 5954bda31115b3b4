/** Holds what was on the wire against the plan that the program printed beforehand. */
import { expect } from 'vitest';
import { SYN_BUDGET } from '../../app/domain/plan/connect-schedule';
import { bareKnock } from '../../app/domain/plan/knock-plan';
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

/**
 * Fails unless exactly the plan's packets left, then the connecting SYN (where looking is free: one or several from sockets of their
 * own, within the budget), and then the packets of one connection.
 */
export function expectKnocksAndConnection(sent: readonly CapturedPacket[], plan: KnockPlan): void {
  const lateMs = plan.slack?.knockLateMs ?? LATE_MS;
  const connecting = bareKnock(plan.packets.length, plan.connect.atMs, { protocol: 'tcp', port: plan.connect.port });
  const knocks = plan.packets.length + 1;
  expectKnocks(sent.slice(0, knocks), [...plan.packets, connecting], lateMs);

  const attempts = sent.slice(plan.packets.length).filter(({ flags }) => flags === 'S');
  expect(attempts.length).toBeLessThanOrEqual(plan.connect.verify === 'free' ? SYN_BUDGET : 1);
  expect(new Set(attempts.map(({ srcPort }) => srcPort)).size).toBe(attempts.length);
  const rest = sent.slice(plan.packets.length).filter(({ flags }) => flags !== 'S');
  // What comes late for an attempt that was given up is answered by a reset; all else belongs to the one connection.
  const connection = rest.filter(({ flags }) => !flags.includes('R')).map(({ srcPort }) => srcPort);
  expect(connection.length).toBeGreaterThan(0);
  expect(new Set(connection).size).toBe(1);
  for (const { protocol, dstPort } of sent.slice(plan.packets.length))
    expect({ protocol, dstPort }).toEqual({ protocol: 'tcp', dstPort: plan.connect.port });
}
