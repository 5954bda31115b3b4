import { describe, expect, it } from 'vitest';
import { count, duration, protocolName } from './words';

describe('count', () => {
  it.each([
    [0, 'burst', '0 bursts'],
    [1, 'burst', '1 burst'],
    [2, 'datagram', '2 datagrams'],
    [1, 'SYN', '1 SYN'],
    [4, 'SYN', '4 SYNs'],
  ])('%i %s', (n, noun, text) => {
    expect(count(n, noun)).toBe(text);
  });
});

describe('duration', () => {
  it.each([
    [0, '0 ms'],
    [0.4, 'under 1 ms'],
    [0.5, '1 ms'],
    [200, '200 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1000, '1 s'],
    [3000, '3 s'],
    [9375, '9.38 s'],
    [12_500, '12.5 s'],
    [59_999.9, '60 s'],
    [-25, '-25 ms'],
    [-1500, '-1.5 s'],
    [-0.2, '0 ms'],
  ])('%d ms', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

it('names protocols as the wire has them', () => {
  expect([protocolName('tcp'), protocolName('udp')]).toEqual(['TCP SYN', 'UDP']);
});
