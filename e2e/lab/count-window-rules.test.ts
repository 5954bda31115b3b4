import { describe, expect, it } from 'vitest';
import { countWindowRules } from './count-window-rules';

/** What the original script hands to iptables for its own example: 1-2-3-4 knocks, three seconds, port 22. */
const ORIGINAL = `
-N CHECKKNOCKS_INPUT
-N RESETKNOCKS_INPUT
-A INPUT -p tcp --dport 22 -j CHECKKNOCKS_INPUT
-A INPUT -m recent --rcheck --hitcount 11 --seconds 12 --name knocks_INPUT -j RESETKNOCKS_INPUT
-A INPUT -m recent --rcheck --hitcount 21 --name knocks_INPUT -j RESETKNOCKS_INPUT
-A INPUT -p udp --dport 22 -m recent --set --name knocks_INPUT -j DROP
-A INPUT -p tcp --syn --dport 22 -m recent --set --name knocks_INPUT -j DROP
-A RESETKNOCKS_INPUT -m recent --remove --name knocks_INPUT -j DROP
-A CHECKKNOCKS_INPUT -m recent ! --rcheck --seconds 12 --hitcount 10 --name knocks_INPUT -j RETURN
-A CHECKKNOCKS_INPUT -p tcp --dport 22 -m recent ! --rcheck --seconds 3 --hitcount 4 --name knocks_INPUT -j RESETKNOCKS_INPUT
-A CHECKKNOCKS_INPUT -p tcp --dport 22 -m recent --rcheck --seconds 3 --hitcount 5 --name knocks_INPUT -j RESETKNOCKS_INPUT
-A CHECKKNOCKS_INPUT -p tcp --dport 22 -m recent ! --rcheck --seconds 6 --hitcount 7 --name knocks_INPUT -j RESETKNOCKS_INPUT
-A CHECKKNOCKS_INPUT -p tcp --dport 22 -m recent --rcheck --seconds 6 --hitcount 8 --name knocks_INPUT -j RESETKNOCKS_INPUT
-A CHECKKNOCKS_INPUT -p tcp --dport 22 -m recent ! --rcheck --seconds 9 --hitcount 9 --name knocks_INPUT -j RESETKNOCKS_INPUT
-A CHECKKNOCKS_INPUT -p tcp --dport 22 -m recent --rcheck --seconds 9 --hitcount 10 --name knocks_INPUT -j RESETKNOCKS_INPUT
-A CHECKKNOCKS_INPUT -m recent --remove --name knocks_INPUT -j ACCEPT
`;

const lines = (sequence: string, knockPort: number): string[] =>
  countWindowRules({ sequence, windowSeconds: 3, knockPort, servicePort: 22 }).map((rule) => rule.join(' '));

describe('the count-window rules', () => {
  it('are the original ones, in the original order', () => {
    expect(lines('1234', 22)).toEqual(ORIGINAL.trim().split('\n'));
  });

  it('count on the knock port and check on the service port', () => {
    const apart = lines('1234', 4444);
    expect(apart.filter((line) => line.includes('--dport 4444'))).toEqual([
      '-A INPUT -p udp --dport 4444 -m recent --set --name knocks_INPUT -j DROP',
      '-A INPUT -p tcp --syn --dport 4444 -m recent --set --name knocks_INPUT -j DROP',
    ]);
    expect(apart.map((line) => line.replace('4444', '22'))).toEqual(ORIGINAL.trim().split('\n'));
  });

  it('have two exact counts for each window but the whole', () => {
    for (const sequence of ['11', '213', '11111111'])
      expect(lines(sequence, 22)).toHaveLength(10 + 2 * (sequence.length - 1));
  });
});
