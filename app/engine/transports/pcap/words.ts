/** Why libpcap does not work here in words, and what mends it. */
import type { TransportState } from '../../../domain/plan/transport';
import { text } from '../../../text/text';
import type { Sentence } from '../../../text/text';
import type { PcapFailure } from './messages';
import type { Person, PcapDiagnosis } from './diagnosis';

type Fix = TransportState['fix'];

const BUILD = 'node scripts/lib/cap.mjs';

export function pcapState(diagnosis: PcapDiagnosis, person: Person): TransportState {
  if (diagnosis.kind === 'works') return { name: 'pcap', works: true, detail: text('pcap.works'), fix: null };
  return { name: 'pcap', works: false, broken: diagnosis.kind === 'internal', ...wordsFor(diagnosis, person) };
}

function wordsFor(
  { kind, said }: { readonly kind: PcapFailure; readonly said: Sentence },
  person: Person,
): Pick<TransportState, 'detail' | 'fix'> {
  const linux = person.platform === 'linux';
  switch (kind) {
    case 'cap-absent':
      return {
        detail: text('pcap.cap-absent'),
        fix: { text: text('pcap.fix.cap'), command: `npm ci --include=optional && ${BUILD}` },
      };
    case 'cap-not-built':
      return {
        detail: text('pcap.cap-not-built'),
        fix: linux
          ? {
              text: text('pcap.fix.build-linux'),
              command: `sudo apt-get install libpcap-dev g++ make python3 && ${BUILD}`,
            }
          : { text: text('pcap.fix.build'), command: BUILD },
      };
    case 'libpcap-absent':
      return {
        detail: text('pcap.libpcap-absent', { said }),
        fix: { text: text('pcap.fix.libpcap'), command: linux ? 'sudo apt-get install libpcap0.8' : null },
      };
    case 'npcap-absent':
      return { detail: text('pcap.npcap-absent', { said }), fix: { text: text('pcap.fix.npcap'), command: null } };
    case 'not-permitted':
      return { detail: text('pcap.not-permitted', { said }), fix: permissionFix(person) };
    default:
      return { detail: text('pcap.broken', { said }), fix: null };
  }
}

function permissionFix({ platform, uid, gid }: Person): Fix {
  switch (platform) {
    case 'linux':
      return {
        text: text('pcap.fix.rights-linux'),
        command:
          `sudo setpriv --reuid ${uid} --regid ${gid} --init-groups --inh-caps +net_raw --ambient-caps +net_raw ` +
          'env HOME="$HOME" PATH="$PATH" sesamy knock NAME',
      };
    case 'darwin':
      return {
        text: text('pcap.fix.rights-macos'),
        command: 'sudo dseditgroup -o edit -a "$(id -un)" -t user access_bpf',
      };
    case 'win32':
      return { text: text('pcap.fix.rights-windows'), command: null };
    default:
      return null;
  }
}
