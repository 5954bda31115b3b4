import { expect, test } from 'vitest';
import { planKnock } from '../../../domain/modes/registry';
import { previewSentence } from './preview-sentence';

test('a count-window plan', () => {
  const mode = { kind: 'count-window', sequence: '1234', windowMs: 3000, knockPort: null, protocol: 'tcp' } as const;
  expect(previewSentence(planKnock(mode, { servicePort: 22 }))).toBe(
    'Takes 9.38 s. The door opens for the first connection only, until 12 s. An observer sees 11 SYNs to port 22.',
  );
});

test('a sequence of both protocols that closes the door', () => {
  const steps = [
    { port: 7000, protocol: 'tcp' as const },
    { port: 8000, protocol: 'udp' as const },
    { port: 9000, protocol: 'tcp' as const },
  ];
  const mode = { kind: 'port-sequence', steps, delayMs: 200, closing: steps.slice(0, 1) } as const;
  expect(previewSentence(planKnock({ ...mode, steps, closing: steps.slice(0, 1) }, { servicePort: 22 }))).toBe(
    'Takes 420 ms. The door opens; the server decides how long it stays open. ' +
      'An observer sees 3 SYNs to ports 7000, 9000 and 22 and 1 datagram to port 8000. ' +
      'When the session ends, 1 more knock shuts the door.',
  );
});

test('a plan whose ports only the moment settles names none', () => {
  const steps = [7000, 7000, 7000].map((port) => ({ port, protocol: 'tcp' as const }));
  const known = planKnock({ kind: 'port-sequence', steps, delayMs: 200, closing: null }, { servicePort: 22 });
  expect(previewSentence({ ...known, awaits: [{ kind: 'unixMs' }] })).toBe(
    'Takes 420 ms. The door opens; the server decides how long it stays open. ' +
      'An observer sees 3 SYNs to ports that are settled only when it knocks, and the connection’s SYN to port 22.',
  );
});

test('TCP Stealth, which sends nothing before the connection, and as a knock sends one SYN', () => {
  const mode = { kind: 'tcp-stealth', secret: 's', timestamps: false, integrityLength: 0 } as const;
  expect(previewSentence(planKnock({ ...mode, use: 'connection' }, { servicePort: 22 }))).toBe(
    'The connection’s own SYN is the knock: nothing is sent before it. An observer sees 1 SYN to port 22.',
  );
  expect(previewSentence(planKnock({ ...mode, use: 'knock' }, { servicePort: 22 }))).toBe(
    'Takes 20 ms. The door opens; the server decides how long it stays open. An observer sees 2 SYNs to port 22.',
  );
});
