import { describe, expect, it } from 'vitest';
import { say } from '../../text/say';
import { transportsOf } from './registry';

/** A computer whose pcap process ends at once; counts how often it was started. */
function computer(platform: NodeJS.Platform) {
  const started = { times: 0 };
  const transports = transportsOf({
    platform,
    resources: null,
    launchPcap: () => {
      started.times += 1;
      return {
        post: () => undefined,
        onMessage: () => undefined,
        onExit: (listener) => {
          listener('ended with code 1');
        },
        kill: () => undefined,
      };
    },
  });
  return { transports, started };
}

describe('the transports', () => {
  it('are asked for their state only when somebody wants to know', async () => {
    const { transports, started } = computer('darwin');
    expect(await transports.states(['sockets'])).toMatchObject([{ name: 'sockets', works: true, fix: null }]);
    expect(started.times).toBe(0);
    const states = await transports.states();
    expect(states.map(({ name, works }) => [name, works])).toEqual([
      ['sockets', true],
      ['helper', false],
      ['pcap', false],
    ]);
    expect(states[1]?.fix).toBeNull();
    expect(states.map(({ detail }) => say(detail))).toEqual([
      expect.stringContaining('no privilege'),
      'The helper is for Linux only.',
      expect.stringContaining('ended with code 1'),
    ]);
    expect(started.times).toBe(1);
  });

  it('are there by name', () => {
    const { transports } = computer('linux');
    for (const name of ['sockets', 'helper', 'pcap'] as const) expect(transports.get(name).name).toBe(name);
  });
});
