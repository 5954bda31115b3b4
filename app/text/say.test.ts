import { describe, expect, it } from 'vitest';
import { say } from './say';
import { text } from './text';
import type { Text } from './text';

describe('say', () => {
  it('makes the sentence of an id and its values', () => {
    expect(say(text('step.burst', { number: 2 }))).toBe('Burst 2');
    expect(say(text('band.first'))).toBe('window 1');
  });

  it('says the sentences that stand in a sentence first', () => {
    const fix = text('transport.fix', { text: text('helper.fix.install'), command: 'sudo npm run helper:install' });
    expect(say(fix)).toBe('Install it, in the folder of Open Sesamy’s source: sudo npm run helper:install');
    const details = [text('helper.not-linux'), 'And libpcap is missing.'];
    expect(say(text('transport.needs-raw', { details }))).toMatch(/raw transport\. The helper .*\. And libpcap/);
  });

  it('leaves a sentence that is one already', () => {
    expect(say('The door is open.')).toBe('The door is open.');
  });

  it.each([
    { id: 'from.a.newer.program', values: {} },
    { id: 'toString', values: {} },
    { id: 'step.burst', values: null },
  ])('shows what it cannot say by its id: $id', (unknown) => {
    expect(say(unknown as unknown as Text)).toBe(unknown.id);
  });
});
