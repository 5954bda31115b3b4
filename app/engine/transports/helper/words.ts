/** What is the matter with the helper in words, with what mends it. */
import type { TransportState } from '../../../domain/plan/transport';
import { text } from '../../../text/text';
import type { TextId } from '../../../text/text';
import type { HelperDiagnosis } from './diagnosis';

type Fix = TransportState['fix'];

const INSTALL = 'sudo npm run helper:install';
const installed = (id: Extract<TextId, `helper.fix.${string}`>): Fix => ({ text: text(id), command: INSTALL });

/** A word of a command that a person is to copy. */
function word(name: string): string {
  return /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

function setcap(path: string): string {
  return `sudo setcap cap_net_raw,cap_net_admin=ep ${word(path)}`;
}

export function helperState(diagnosis: HelperDiagnosis): TransportState {
  return {
    name: 'helper',
    works: diagnosis.kind === 'works',
    // One that is not there is not out of order.
    ...(diagnosis.kind === 'works' ? {} : { broken: diagnosis.kind !== 'absent' }),
    ...wordsFor(diagnosis),
  };
}

function wordsFor(diagnosis: HelperDiagnosis): Pick<TransportState, 'detail' | 'fix'> {
  switch (diagnosis.kind) {
    case 'works': {
      const { path, throughPkexec } = diagnosis.start;
      if (!throughPkexec) return { detail: text('helper.works', { path }), fix: null };
      const command = diagnosis.onlyLost ? setcap(path) : null;
      return { detail: text('helper.works-by-password', { path, command }), fix: null };
    }
    case 'absent':
      return {
        detail: text('helper.absent', { paths: diagnosis.places.map(({ path }) => path) }),
        fix: installed('helper.fix.install'),
      };
    case 'no-execute':
      return {
        detail: text('helper.no-execute', { path: diagnosis.path }),
        fix: installed('helper.fix.again'),
      };
    case 'not-in-group': {
      const { path, group, user } = diagnosis;
      return {
        detail: text('helper.not-in-group', { path, group, user }),
        fix: { text: text('helper.fix.join'), command: `sudo usermod -aG ${word(group)} ${word(user)}` },
      };
    }
    case 'group-not-yet':
      return {
        detail: text('helper.group-not-yet', { path: diagnosis.path, group: diagnosis.group }),
        fix: { text: text('helper.fix.log-in'), command: null },
      };
    case 'no-new-privs':
      return {
        detail: text('helper.no-new-privs', { path: diagnosis.path }),
        fix: { text: text('helper.fix.outside'), command: null },
      };
    case 'nosuid':
      return {
        detail: text('helper.nosuid', { path: diagnosis.path, mountPoint: diagnosis.mountPoint }),
        fix: installed('helper.fix.elsewhere'),
      };
    case 'no-capability':
      return {
        detail: text('helper.no-capability', { path: diagnosis.path }),
        fix: { text: text('helper.fix.give-back'), command: setcap(diagnosis.path) },
      };
    case 'not-allowed-here':
      return {
        detail: text('helper.not-allowed-here', { path: diagnosis.path }),
        fix: { text: text('helper.fix.container'), command: null },
      };
    case 'broken':
      return {
        detail: text('helper.broken', { path: diagnosis.path, cause: diagnosis.cause }),
        fix: installed('helper.fix.version'),
      };
  }
}
