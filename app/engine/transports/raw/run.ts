import { fromMonotonicNs, monotonicMs } from '../../clock';
import type { Link, PacketAnswer, SentPacket, TransportReport } from '../transport';
import type { RawJob } from './job';
import { ARM_PATIENCE_MS } from './limits';

type Sent = TransportReport & SentPacket;
type Answered = TransportReport & PacketAnswer;

/**
 * Follows what another process reports of one job, and makes our reports of it. Times come as nanoseconds of the system's
 * monotonic clock, packets as their positions in the job. What cannot be true is thrown as what `nonsense` makes of it.
 */
export class RawRun {
  /** On the clock of `monotonicMs`; null before it has begun. */
  zeroMs: number | null = null;
  private zeroNs = 0n;
  private left = 0;

  /** @param nonsense makes the error; gets words that follow "it", such as "begins twice" */
  constructor(
    private readonly job: RawJob,
    private readonly nonsense: (what: string) => Error,
  ) {}

  /** How long until something has to happen, in milliseconds: a packet leaves, or listening ends. Null before it has begun. */
  dueInMs(): number | null {
    if (this.zeroMs === null) return null;
    const { planned, listenMs } = this.job;
    const next = planned[this.left]?.atMs ?? (planned.at(-1)?.atMs ?? 0) + listenMs;
    return Math.max(0, this.zeroMs + next - monotonicMs());
  }

  /** @param link null above the link level */
  armed(zeroNs: bigint, link: Link | null): TransportReport {
    const zeroMs = fromMonotonicNs(zeroNs);
    if (this.zeroMs !== null) throw this.nonsense('begins twice');
    if (Math.abs(zeroMs - monotonicMs()) > ARM_PATIENCE_MS) throw this.nonsense('begins at another time than now');
    [this.zeroMs, this.zeroNs] = [zeroMs, zeroNs];
    return { type: 'armed', zeroMs, link };
  }

  sent(position: number, actualNs: bigint): Sent {
    const sentAtMs = this.timeOf(actualNs);
    const packet = this.job.planned[position];
    if (packet === undefined || position !== this.left) throw this.nonsense('tells of packets out of order');
    this.left += 1;
    return { type: 'sent', packet, sentAtMs, sourcePort: this.job.packets[position]?.packet.sourcePort ?? null };
  }

  /** Null for an answer to a packet that has not left yet: it came to an earlier knock from the same port. */
  answered(position: number, seenNs: bigint, answer: Omit<PacketAnswer, 'packet' | 'atMs'>): Answered | null {
    const atMs = this.timeOf(seenNs);
    const packet = this.job.planned[position];
    if (packet === undefined) throw this.nonsense('tells of an answer to a packet that there is not');
    return position < this.left ? { type: 'answer', packet, atMs, ...answer } : null;
  }

  /** @param packets how many were sent, it says */
  done(packets: number): void {
    if (this.zeroMs === null || this.left !== this.job.planned.length || packets !== this.left)
      throw this.nonsense('ends before all packets are sent');
  }

  /** Relative to the one zero, so that what is told apart is what the other process measured. */
  private timeOf(ns: bigint): number {
    if (this.zeroMs === null) throw this.nonsense('tells of packets before it begins');
    return this.zeroMs + Number(ns - this.zeroNs) / 1e6;
  }
}
