/**
 * A mode for tests, as small as one can be, which yet needs what the first ones did not: a payload that depends on the host's address.
 * Its one line stands in app/toy-mode.test.ts, in a copy of the list of modes.
 */
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import * as z from 'zod';
import { group, matching, portNumber } from '../../../fields';
import { FIRST_LOOK_MS } from '../../../plan/connect-schedule';
import { CONNECT_TIMEOUT_MS } from '../../../plan/connect-timeout';
import { PLAIN_PLAN } from '../../../plan/knock-plan';
import type { KnockPlan } from '../../../plan/knock-plan';
import type { Moment } from '../../../plan/moment';
import { typedNumber } from '../../inline';
import { defineMode } from '../../mode-definition';

const toySchema = group('Mode', {
  kind: z.literal('toy'),
  knockPort: portNumber('Knock port'),
  word: matching('Word', /^[a-z]{1,20}$/, '1 to 20 small letters'),
});
export type Toy = z.infer<typeof toySchema>;

const EXAMPLE: Toy = { kind: 'toy', knockPort: 7000, word: 'sesame' };

function plan({ knockPort: port, word }: Toy, { servicePort, destination }: Moment): KnockPlan {
  const payload = destination === undefined ? 'later' : bytesToHex(Uint8Array.of(...utf8ToBytes(word), ...destination));
  return {
    ...PLAIN_PLAN,
    summary: 'toy',
    packets: [{ index: 0, atMs: 0, protocol: 'udp', port, payload }],
    steps: [{ label: 'Toy', detail: 'a word to the port', firstPacket: 0, packetCount: 1 }],
    connect: {
      port: servicePort,
      atMs: FIRST_LOOK_MS,
      timeoutMs: CONNECT_TIMEOUT_MS,
      by: 'ordinary',
      syn: null,
      firstBytes: 0,
      verify: 'free',
    },
    door: { fromMs: 0, toMs: null, singleUse: false },
    retry: { quietMs: 0, resync: [], nextTryUnixMs: null, tries: 1 },
    awaits: destination === undefined ? [{ kind: 'destination' }] : [],
  };
}

export const toy = defineMode({
  kind: 'toy',
  label: 'Toy',
  description: 'A word to a port',
  schema: toySchema,
  defaults: EXAMPLE,
  example: EXAMPLE,
  plan,
  advice: { 'not-opened': { steps: ['Say another word.'], field: 'mode.word' } },
  server: {},
  inline: {
    options: [
      // Another mode has an option of this name, which is no matter.
      { flags: '--knock-port <port>', field: 'knockPort', description: 'where the word goes' },
      { flags: '--word <word>', field: 'word', secret: true, description: 'the word' },
    ],
    read: (values) => ({ knockPort: typedNumber(values['knockPort']), word: values['word'] }),
    write: ({ knockPort, word }) => ['--knock-port', String(knockPort), '--word', word],
  },
  outline: () => 'toy',
});
