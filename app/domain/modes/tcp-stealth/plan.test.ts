/** The plan of TCP Stealth: the SYN is what the moment makes of the settings, and waits for what the moment does not know. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../packet/address';
import type { Moment } from '../../plan/moment';
import { tcpStealth } from './index';
import type { TcpStealth } from './schema';

interface Vector {
  readonly destinationAddress: string;
  readonly destinationPort: number;
  readonly tsval: number;
  readonly secret: string;
  readonly payload?: string;
  readonly isn: string;
}

/** Made with the program of the protocol's authors. A plan never has an odd TSval: isn.test.ts judges those vectors. */
const VECTORS = (
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'vectors.json'), 'utf8')) as readonly Vector[]
).filter(({ tsval }) => tsval % 2 === 0);

const MODE: TcpStealth = {
  kind: 'tcp-stealth',
  secret: 'open sesamy',
  timestamps: false,
  integrityLength: 0,
  use: 'connection',
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const destination = Uint8Array.of(192, 0, 2, 1);

/** As the plan asks for it: four bytes that make this TSval. */
function always(tsval: number): (bytes: number) => Uint8Array {
  return (bytes) => {
    const all = new Uint8Array(bytes);
    new DataView(all.buffer).setUint32(0, tsval);
    return all;
  };
}

const settingsArb: fc.Arbitrary<TcpStealth> = fc
  .record({
    kind: fc.constant('tcp-stealth' as const),
    secret: fc.string({ unit: 'grapheme', minLength: 8, maxLength: 12 }),
    timestamps: fc.boolean(),
    integrityLength: fc.constantFrom(0, 1, 8, 255),
    use: fc.constantFrom('connection' as const, 'knock' as const),
  })
  .map((mode) => (mode.use === 'knock' ? { ...mode, integrityLength: 0 } : mode));

/** All that a SYN can depend on. */
const FACTS: Omit<Moment, 'servicePort'> = {
  destination,
  random: always(0xdeadbeef),
  firstBytes: new Uint8Array(255).fill(65),
};

describe('the SYN', () => {
  it.each(VECTORS)('agrees with the authors: $secret to $destinationAddress port $destinationPort', (vector) => {
    const moment: Moment = {
      servicePort: vector.destinationPort,
      destination: parseAddress(vector.destinationAddress) ?? new Uint8Array(),
      random: always(vector.tsval),
      ...(vector.payload === undefined ? {} : { firstBytes: utf8(vector.payload) }),
    };
    const mode: TcpStealth = {
      ...MODE,
      secret: vector.secret,
      timestamps: vector.tsval !== 0,
      integrityLength: vector.payload === undefined ? 0 : utf8(vector.payload).length,
    };
    const plan = tcpStealth.plan(mode, moment);
    expect(plan.awaits).toEqual([]);
    expect(plan.connect).toMatchObject({
      port: vector.destinationPort,
      by: 'adopted',
      syn: { sequence: Number(vector.isn), acknowledgment: 0, tsval: vector.tsval === 0 ? null : vector.tsval },
    });
  });

  it('of a connection is the connection’s own, and as a knock is one before it', () => {
    const moment = { servicePort: 22, destination };
    const own = tcpStealth.plan(MODE, moment);
    expect(own.packets).toEqual([]);
    expect(own.steps).toMatchObject([{ packetCount: 0, ownsConnection: true }]);
    const knock = tcpStealth.plan({ ...MODE, use: 'knock' }, moment);
    expect(knock.packets).toEqual([{ index: 0, atMs: 0, protocol: 'tcp', port: 22, syn: own.connect.syn }]);
    expect(knock.connect).toMatchObject({ by: 'ordinary', syn: null, firstBytes: 0 });
  });

  it('has an even TSval, whatever chance says: an odd one would switch the socket to microseconds', () => {
    const plan = tcpStealth.plan({ ...MODE, timestamps: true }, { servicePort: 22, ...FACTS });
    expect(plan.connect.syn).toMatchObject({ tsval: 0xdeadbeee });
  });

  it('has another TSval for each try', () => {
    let calls = 0;
    const random = (bytes: number) => always(++calls * 2)(bytes);
    const plan = () => tcpStealth.plan({ ...MODE, timestamps: true }, { servicePort: 22, destination, random });
    expect(plan().connect.syn).not.toEqual(plan().connect.syn);
  });
});

describe('what it awaits', () => {
  it('is the address, and chance and first bytes where the settings use them', () => {
    expect(tcpStealth.plan(MODE, { servicePort: 22 }).awaits).toEqual([{ kind: 'destination' }]);
    expect(tcpStealth.plan({ ...MODE, timestamps: true, integrityLength: 8 }, { servicePort: 22 }).awaits).toEqual([
      { kind: 'destination' },
      { kind: 'random' },
      { kind: 'firstBytes', length: 8 },
    ]);
  });

  it('shrinks by each fact that comes; until then the SYN is later, and after it no secret is left', () => {
    fc.assert(
      fc.property(settingsArb, (mode) => {
        let moment: Moment = { servicePort: 22 };
        for (;;) {
          const plan = tcpStealth.plan(mode, moment);
          const syn =
            mode.use === 'knock' ? plan.packets.map((p) => (p.protocol === 'tcp' ? p.syn : null))[0] : plan.connect.syn;
          const [fact] = plan.awaits;
          if (fact === undefined) {
            expect(syn).toMatchObject({ acknowledgment: 0, ipId: null });
            expect(JSON.stringify(plan)).not.toContain(JSON.stringify(mode.secret).slice(1, -1));
            return;
          }
          expect(syn).toBe('later');
          const kind = fact.kind as 'destination' | 'random' | 'firstBytes';
          moment = { ...moment, [kind]: FACTS[kind] };
          expect(tcpStealth.plan(mode, moment).awaits).toEqual(plan.awaits.slice(1));
        }
      }),
    );
  });
});
