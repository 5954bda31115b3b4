import { describe, expect, it } from 'vitest';
import { slotOf } from './passphrase-verb';

describe('a key slot', () => {
  const slots = ['abc', 'abd', 'ab'].map((id) => ({
    id,
    kind: 'passphrase' as const,
    backend: null,
    createdUnixMs: 0,
  }));
  it('is named by its id, or how only its id begins', () => {
    expect(slotOf(slots, 'ab').id).toBe('ab');
    expect(slotOf(slots, 'abd').id).toBe('abd');
    expect(slotOf(slots.slice(0, 2), 'abc').id).toBe('abc');
  });

  it.each(['', 'a', 'x'])('and not by %j', (text) => {
    expect(() => slotOf(slots, text)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});
