/**
 * How many SYNs went to a host's service port of late. Firewalls ban who sends too many (ten new connections in ten seconds is a
 * common rule), so attempts wait until there is room again. Kept for each host, across knocks of this process.
 */
import { BUDGET_MS, SYN_BUDGET } from '../domain/plan/connect-schedule';

export class SynBudget {
  /** On the clock of `monotonicMs`, in order; a little into the future for SYNs that the kernel will repeat. */
  private times: number[] = [];

  /** @param atMs when a SYN left, or will leave, on the clock of `monotonicMs` */
  record(atMs: number): void {
    this.times.push(atMs);
    this.times.sort((a, b) => a - b);
  }

  /** Takes back what was recorded ahead and did not happen. */
  withdraw(atMs: number): void {
    const at = this.times.indexOf(atMs);
    if (at !== -1) this.times.splice(at, 1);
  }

  /** How many SYNs may leave now. */
  left(nowMs: number): number {
    return Math.max(0, SYN_BUDGET - this.times.filter((time) => time > nowMs - BUDGET_MS).length);
  }

  /** From when on there is room for so many more SYNs; never before `nowMs`. */
  roomAtMs(nowMs: number, syns: number): number {
    this.times = this.times.filter((time) => time > nowMs - BUDGET_MS);
    const oldest = this.times[this.times.length - SYN_BUDGET + syns - 1];
    return oldest === undefined ? nowMs : oldest + BUDGET_MS;
  }
}

const budgets = new Map<string, SynBudget>();

/** The budget of an address. */
export function budgetOf(address: string): SynBudget {
  const known = budgets.get(address);
  if (known !== undefined) return known;
  const fresh = new SynBudget();
  budgets.set(address, fresh);
  return fresh;
}
