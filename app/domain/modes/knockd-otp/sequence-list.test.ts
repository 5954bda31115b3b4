import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SequenceStep } from '../port-sequence/schema';
import { parseSequenceList, printSequenceList } from './sequence-list';

const tcp = (...ports: readonly number[]): readonly SequenceStep[] => ports.map((port) => ({ port, protocol: 'tcp' }));

describe('knockd’s file', () => {
  it('is read: lines struck out are used up, empty ones say nothing, blanks are as one likes', () => {
    expect(parseSequenceList('#7000,8000\n# 01,2\n\n 7002 , 8002:UDP\r\n\t7003,8003 : tcp\n')).toEqual({
      ok: true,
      used: 2,
      sequences: [[...tcp(7002), { port: 8002, protocol: 'udp' }], tcp(7003, 8003)],
    });
    expect(parseSequenceList('')).toEqual({ ok: true, used: 0, sequences: [] });
  });

  it('begins each line with a blank, which knockd strikes out', () => {
    expect(printSequenceList([tcp(7000, 8000), [{ port: 9000, protocol: 'udp' }]])).toBe(
      ' 7000:tcp,8000:tcp\n 9000:udp\n',
    );
  });

  it('is read as it was written, also after knockd struck out its first lines', () => {
    const stepArb = fc.record({
      port: fc.integer({ min: 1, max: 65_535 }),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    });
    const listArb = fc
      .integer({ min: 1, max: 32 })
      .chain((length) =>
        fc.array(fc.array(stepArb, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 20 }),
      );
    fc.assert(
      fc.property(listArb, fc.nat(), (sequences, pick) => {
        const used = pick % (sequences.length + 1);
        const struck = printSequenceList(sequences)
          .split('\n')
          .map((line, at) => (at < used ? line.replace(/^ /, '#') : line))
          .join('\n');
        expect(parseSequenceList(struck)).toEqual({ ok: true, used, sequences: sequences.slice(used) });
      }),
    );
  });

  /** All of them are taken by knockd without a word and mean something else there. */
  it.each([
    ['7000 8000 9000', 1, 1, 'port', '7000 8000 9000'],
    ['7000;8000', 1, 1, 'port', '7000;8000'],
    ['7000-7002,8000', 1, 1, 'port', '7000-7002'],
    ['7000,,9000', 1, 6, 'port', ''],
    ['7000,8000,', 1, 11, 'port', ''],
    ['7000,8000 # note', 1, 6, 'port', '8000 # note'],
    [' 7000,\t0x1F90', 1, 8, 'port', '0x1F90'],
    ['7000,-1', 1, 6, 'port', '-1'],
    ['7000,4294967297', 1, 6, 'port', '4294967297'],
    ['7000,65536', 1, 6, 'port', '65536'],
    ['7000,0', 1, 6, 'port', '0'],
    ['\uFEFF7000', 1, 1, 'port', '\uFEFF7000'],
    ['7000,\u00a08000', 1, 6, 'port', '\u00a08000'],
    [' #7000', 1, 2, 'port', '#7000'],
    ['7000:udp:tcp', 1, 6, 'protocol', 'udp:tcp'],
    ['7000,8000:', 1, 11, 'protocol', ''],
    ['7000:icmp', 1, 6, 'protocol', 'icmp'],
    ['#1\n\n7000,8000\n7001', 4, 1, 'length', '1 and 2'],
  ] as const)('is refused where knockd would read something else: %j', (text, line, column, kind, found) => {
    const list = parseSequenceList(text);
    expect(list).toEqual({ ok: false, problems: [{ line, column, kind, found }] });
  });

  it('has at most 32 knocks a line and 1000 sequences', () => {
    const line = (knocks: number): string => Array.from({ length: knocks }, () => '7000').join(',');
    expect(parseSequenceList(line(32))).toMatchObject({ ok: true });
    expect(parseSequenceList(line(33))).toMatchObject({ problems: [{ line: 1, column: 161, kind: 'too-many' }] });
    expect(parseSequenceList('7000\n'.repeat(1000))).toMatchObject({ ok: true });
    expect(parseSequenceList('7000\n'.repeat(1001))).toMatchObject({ problems: [{ line: 1001, kind: 'too-long' }] });
  });

  it('never breaks the reader, and names at most 20 problems', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from(' \t\r\n#,:0189tcpud\u00a0\ud83d')), maxLength: 60 }),
        (text) => {
          const list = parseSequenceList(text);
          if (!list.ok) expect(list.problems.length).toBeGreaterThan(0);
        },
      ),
    );
    expect(parseSequenceList('x\n'.repeat(100))).toMatchObject({ problems: { length: 20 } });
  });
});
