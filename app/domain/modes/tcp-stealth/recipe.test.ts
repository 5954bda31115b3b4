import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modeSchema, recipesOf } from '../registry';
import type { TcpStealth } from './schema';

const MODE: TcpStealth = {
  kind: 'tcp-stealth',
  secret: 'open sesamy',
  timestamps: false,
  integrityLength: 0,
  use: 'connection',
};
const V4 = { address: '192.0.2.1', family: 4, servicePort: 22 } as const;
const V6 = { address: '2001:db8::1', family: 6, servicePort: 2222 } as const;

const only = (mode: TcpStealth, context: typeof V4 | typeof V6) => {
  const [recipe, ...others] = recipesOf(mode, context);
  expect(others).toEqual([]);
  if (recipe === undefined) throw new Error('There is no recipe');
  return recipe;
};

describe('the server’s rules', () => {
  it('are a whole file for a connection, that may be loaded again and be taken away', () => {
    const recipe = only(MODE, V4);
    expect(recipe).toMatchObject({
      title: 'nftables, IPv4',
      fileName: 'open_sesamy_22_ipv4.nft',
      load: 'nft -f open_sesamy_22_ipv4.nft',
    });
    expect(recipe.text).toBe(
      `# TCP Stealth for port 22, IPv4. Whoever can read this file can open the port.
# Loading it again replaces it. To take it away: nft delete table ip open_sesamy_22_ipv4
table ip open_sesamy_22_ipv4
delete table ip open_sesamy_22_ipv4
table ip open_sesamy_22_ipv4 {
	set answering {
		type ipv4_addr . inet_service
		flags dynamic,timeout
		timeout 1s
		size 65535
	}
	chain input {
		type filter hook input priority filter - 5; policy accept;
		iif "lo" accept
		tcp dport 22 tcp flags & (rst | ack) == 0x0 jump service
	}
	chain service {
		tcp flags & (fin | syn) == syn tcp sequence ISN accept
		goto closed
	}
	chain closed {
		update @answering { ip saddr . tcp sport } tcp dport set 0 accept
		reject with tcp reset
	}
	chain output {
		type filter hook output priority raw; policy accept;
		tcp sport 0 ip daddr . tcp dport @answering delete @answering { ip daddr . tcp dport } tcp sport set 22
	}
}
`.replace('ISN', /0x[0-9a-f]{8}/.exec(recipe.text)?.[0] ?? ''),
    );
  });

  it('as a knock open the port for the source for a while', () => {
    const { text, description } = only({ ...MODE, use: 'knock' }, V6);
    expect(description).toContain('30 seconds');
    expect(text).toMatch(/\tset knocked \{\n\t\ttype ipv6_addr\n\t\tflags dynamic,timeout\n\t\tsize 65535\n\t\}\n/);
    expect(text).toMatch(/tcp sequence 0x[0-9a-f]{8} update @knocked \{ ip6 saddr timeout 30s \} goto closed\n/);
    expect(text).toContain('\t\tip6 saddr @knocked accept\n\t\tgoto closed\n');
    expect(text).toContain('table ip6 open_sesamy_2222_ipv6 {');
  });

  it.each([
    [{ timestamps: true }, 'timestamps', 'mode.timestamps'],
    [{ integrityLength: 8 }, 'integrity', 'mode.integrityLength'],
  ])('do not exist where the ISN is another one each time: %j', (change, word, field) => {
    expect(() => recipesOf({ ...MODE, ...change }, V4)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`With ${word} the ISN is another one`) as string,
        info: expect.objectContaining({
          code: 'bad-input',
          action: expect.objectContaining({ field }) as object,
        }) as object,
      }),
    );
  });

  it('hold numbers of the profile and nothing that was typed', () => {
    const digits = (text: string): string =>
      text.replaceAll(/0x[0-9a-f]{8}/g, 'ISN').replaceAll(/\b65535\b|\b2001\b/g, 'N');
    const expected = digits(only(MODE, V4).text);
    const secret = fc
      .oneof(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
        fc.constantFrom('"; reboot', '}\ttable', '$(id)', '\\', '#', '0x00000000 accept', 'ISN'),
      )
      .filter((text) => modeSchema.safeParse({ ...MODE, secret: text }).success);
    fc.assert(
      fc.property(secret, (text) => {
        expect(digits(only({ ...MODE, secret: text }, V4).text)).toBe(expected);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_535 }), (servicePort) => {
        const { text, fileName } = only(MODE, { ...V4, servicePort } as unknown as typeof V4);
        expect(fileName).toMatch(/^open_sesamy_\d+_ipv4\.nft$/);
        expect(text).toMatch(/^[\w\s#.,:;{}()@&|="/-]+$/);
      }),
    );
  });
});

describe('the mode', () => {
  it('takes any text for a secret without a crash', () => {
    expect(modeSchema.safeParse({ ...MODE, secret: 'half \ud83d a pair' }).success).toBe(true);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (secret) => {
        expect(modeSchema.safeParse({ ...MODE, secret }).success).toBeTypeOf('boolean');
      }),
    );
  });

  it('as a knock has no integrity: no bytes follow', () => {
    const checked = modeSchema.safeParse({ ...MODE, use: 'knock', integrityLength: 1 });
    expect(checked.error?.issues).toMatchObject([
      { path: ['integrityLength'], message: expect.stringMatching(/^Integrity length must be 0 where/) as string },
    ]);
    expect(modeSchema.safeParse({ ...MODE, integrityLength: 1 }).success).toBe(true);
    expect(modeSchema.safeParse({ ...MODE, use: 'knock' }).success).toBe(true);
  });
});
