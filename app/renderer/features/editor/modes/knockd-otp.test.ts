import { describe, expect, test } from 'vitest';
import { check } from '../../../../domain/fields';
import { knockdOtp } from '../../../../domain/modes/knockd-otp';
import type { KnockdOtp } from '../../../../domain/modes/knockd-otp/schema';
import { modeSchema } from '../../../../domain/modes/registry';
import { knockdOtpForm } from './knockd-otp';

const { toDraft, toInput } = knockdOtpForm;
const SEEDED = knockdOtp.example;
const LISTED: KnockdOtp = {
  kind: 'knockd-otp',
  ports: {
    from: 'list',
    sequences: [
      [
        { port: 7000, protocol: 'tcp' },
        { port: 8000, protocol: 'udp' },
      ],
    ],
  },
  delayMs: 50,
};

const problems = (input: unknown): readonly string[] => {
  const checked = check(modeSchema, input);
  return checked.ok ? [] : checked.problems.map(({ field }) => field);
};

describe('the form of one-time ports', () => {
  test.each([
    { by: 'route' },
    { by: 'given', address: '203.0.113.7' },
    { by: 'command', command: ['curl', '-4', 'https://ip.example'] },
    { by: 'url', url: 'https://ip.example/' },
  ] as const)('gives the same settings back, whatever the source: %j', (source) => {
    for (const ipProtection of [true, false]) {
      const mode = { ...SEEDED, ports: { ...SEEDED.ports, ipProtection, source } } as unknown as KnockdOtp;
      expect(modeSchema.parse(toInput(toDraft(mode)))).toEqual(mode);
    }
  });

  test('gives the same list back, in knockd’s own format', () => {
    expect(toDraft(LISTED).sequences).toBe(' 7000:tcp,8000:udp\n');
    expect(modeSchema.parse(toInput(toDraft(LISTED)))).toEqual(LISTED);
  });

  test('takes knockd’s file as it is, without what is used up', () => {
    const draft = { ...toDraft(LISTED), sequences: '# 6999,8000\n# note\n 7001,8001:udp\r\n\n 7002,8002\n' };
    expect(toInput(draft)).toMatchObject({
      ports: {
        sequences: [
          [{ port: 7001 }, { port: 8001 }],
          [{ port: 7002 }, {}],
        ],
      },
    });
  });

  test('names the field that is wrong, the list as one', () => {
    const draft = toDraft(LISTED);
    expect(problems(toInput({ ...draft, sequences: ' 7000\n 7001,8001' }))).toEqual(['ports.sequences']);
    expect(problems(toInput({ ...draft, from: 'seed' }))).toEqual(['ports.seed']);
    expect(problems(toInput({ ...toDraft(SEEDED), protocols: 'tcp, icmp' }))).toEqual(['ports.protocols.1']);
  });

  test('forgets nothing of the other kind, and of a source that is not used judges nothing', () => {
    const draft = { ...toDraft(SEEDED), from: 'list', sequences: ' 7000' };
    expect(toInput({ ...draft, from: 'seed' })).toEqual(toInput(toDraft(SEEDED)));
    const source = { ...draft.source, by: 'given', address: 'nowhere' };
    const wrong = { ...toDraft(SEEDED), source };
    expect(problems(toInput(wrong))).toEqual(['ports.source.address']);
    expect(problems(toInput({ ...wrong, ipProtection: false }))).toEqual([]);
  });
});
