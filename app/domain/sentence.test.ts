import { describe, expect, it } from 'vitest';
import { text } from '../text/text';
import { sentenceSchema } from './sentence';

describe('a sentence that crosses processes', () => {
  it.each([
    'A sentence from before the catalogue.',
    text('band.first'),
    text('transport.warning.asked', { interface: 'eth0', sourceMac: null }),
    text('tcp-stealth.outline', { asKnock: false, timestamps: true, integrityLength: 0 }),
    text('transport.not-working', { wish: 'helper', detail: text('helper.not-linux') }),
    text('transport.needs-raw', { details: [text('helper.not-linux'), 'libpcap is not here.'] }),
  ])('comes over whole: %j', (sentence) => {
    expect(sentenceSchema.parse(structuredClone(sentence))).toEqual(sentence);
  });

  it.each([
    7,
    { id: 'band.first' },
    { id: 'band.first', values: { of: { deeper: 1 } } },
    { id: 'band.first', values: {}, more: 1 },
    { id: 'x'.repeat(101), values: {} },
    { id: 'band.first', values: { list: Array.from({ length: 201 }, () => 1) } },
  ])('is refused when it is none (%#)', (wrong) => {
    expect(sentenceSchema.safeParse(wrong).success).toBe(false);
  });
});
