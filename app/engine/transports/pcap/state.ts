/** Why the transport does not work, and what mends it, in words for a person. */
import type { TransportState } from '../../../domain/plan/transport';
import type { PcapFailure } from './messages';

type Fix = TransportState['fix'];

/** Where this computer stands, as far as the words depend on it. */
export interface Person {
  readonly platform: NodeJS.Platform;
  /** Of POSIX systems. */
  readonly uid: number;
  readonly gid: number;
}

const NPCAP = 'Install Npcap from https://npcap.com. Open Sesamy brings none with it, and installs none.';
const BUILD = 'node scripts/lib/cap.mjs';

export const worksState: TransportState = {
  name: 'pcap',
  works: true,
  detail: 'Raw frames through libpcap: any Ethernet interface, any source MAC.',
  fix: null,
};

/** @param detail what the system said */
export function brokenState(reason: PcapFailure, detail: string, person: Person): TransportState {
  const [sentence, fix] = wordsFor(reason, person);
  // What Node says of a package is for programmers, and names files of this computer.
  const said = reason.startsWith('cap-') ? '' : detail.replace(/\s+/g, ' ').trim();
  return {
    name: 'pcap',
    works: false,
    // Everything else is only not there, or not allowed.
    broken: reason === 'internal',
    detail: said === '' ? `${sentence}.` : `${sentence} (${said}).`,
    fix,
  };
}

function wordsFor(reason: PcapFailure, { platform, uid, gid }: Person): readonly [sentence: string, fix: Fix] {
  switch (reason) {
    case 'cap-absent':
      return [
        'This copy of Open Sesamy has no package cap, which is optional',
        { text: 'In a checkout, install the optional packages.', command: `npm ci --include=optional && ${BUILD}` },
      ];
    case 'cap-not-built':
      return platform === 'linux'
        ? [
            'The package cap is not built for this Node.js',
            {
              text: 'In a checkout, build it; that takes the header files of libpcap and a compiler.',
              command: `sudo apt-get install libpcap-dev g++ make python3 && ${BUILD}`,
            },
          ]
        : [
            'The package cap is not built for this Node.js',
            { text: 'In a checkout, build it; that takes the compiler tools of the system.', command: BUILD },
          ];
    case 'libpcap-absent':
      return [
        'The library libpcap is not installed',
        { text: 'Install it.', command: platform === 'linux' ? 'sudo apt-get install libpcap0.8' : null },
      ];
    case 'npcap-absent':
      return ['Npcap is not installed', { text: NPCAP, command: null }];
    case 'not-permitted':
      return ['This account may not send raw frames', permissionFix(platform, uid, gid)];
    default:
      return ['libpcap does not work here', null];
  }
}

function permissionFix(platform: NodeJS.Platform, uid: number, gid: number): Fix {
  switch (platform) {
    case 'linux':
      return {
        text: 'Better use the helper, which needs no more rights for Open Sesamy. Or give a single knock on the command line CAP_NET_RAW as an ambient capability.',
        command:
          `sudo setpriv --reuid ${uid} --regid ${gid} --init-groups --inh-caps +net_raw --ambient-caps +net_raw ` +
          'env HOME="$HOME" PATH="$PATH" sesamy knock NAME',
      };
    case 'darwin':
      return {
        text: 'The devices /dev/bpf* are for root alone at first. Install ChmodBPF, which comes with Wireshark and opens them for the group access_bpf; join the group, and log in again.',
        command: 'sudo dseditgroup -o edit -a "$(id -un)" -t user access_bpf',
      };
    case 'win32':
      return {
        text: 'Npcap was installed for administrators only. Install it again without that restriction, from https://npcap.com.',
        command: null,
      };
    default:
      return null;
  }
}
