/** Whether libpcap works on this computer, and what it lacks where it does not. Pure. */
import type { Sentence } from '../../../text/text';
import type { PcapFailure, PcapReport } from './messages';

/** Who is to mend it: where the words depend on that. */
export interface Person {
  readonly platform: NodeJS.Platform;
  /** Of POSIX systems. */
  readonly uid: number;
  readonly gid: number;
}

/** `said`: what the system said, as one line; may be empty. Of the failures only `internal` is something out of order. */
export type PcapDiagnosis = { readonly kind: 'works' } | { readonly kind: PcapFailure; readonly said: Sentence };

/** @param report the one that a pcap process gave when it was asked for its state */
export function diagnosePcap(report: PcapReport): PcapDiagnosis {
  switch (report.type) {
    case 'works':
      return { kind: 'works' };
    case 'failed':
      return { kind: report.reason, said: report.detail.replace(/\s+/g, ' ').trim() };
    default:
      return { kind: 'internal', said: 'the pcap process said something unexpected' };
  }
}
