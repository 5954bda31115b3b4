import { describe, expect, it } from 'vitest';
import { findNextHop } from './next-hop';
import type { RouteSources } from './next-hop';
import { parseIpv4Routes } from './linux';

// Recorded on Linux 6.18, and cut to what differs; lines of /proc/net/route are padded with blanks.
const ROUTE4 = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       
eth0\t00000000\t01004D0A\t0003\t0\t0\t600\t00000000\t0\t0\t0                                                                             
wlan0\t00000000\t01004E0A\t0003\t0\t0\t100\t00000000\t0\t0\t0                                                                             
eth0\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                                                                             
wlan0\t00004E0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                                                                             
*\t0000580A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0                                                                                  
eth0\t0101580A\tFE004D0A\t0007\t0\t0\t0\tFFFFFFFF\t0\t0\t0                                                                             
`;
const ROUTE6 = `fd770000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000002 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo
ff000000000000000000000000000000 08 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000003 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`;

const MAC_GATEWAY = `   route to: 192.0.2.10
destination: default
       mask: default
    gateway: 192.168.1.1
  interface: en0
      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>
 recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire
       0         0         0         0         0         0      1500         0 
`;
const MAC_NEIGHBOUR = `   route to: 192.168.1.20
destination: 192.168.1.20
  interface: en0
      flags: <UP,HOST,DONE,LLINFO,WASCLONED,IFSCOPE,IFREF>
 recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire
       0         0         0         0         0         0      1500      1194 
`;
const MAC_GATEWAY6 = `   route to: 2001:db8::10
destination: default
       mask: default
    gateway: fe80::1%en0
  interface: en0
      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>
`;

function sources(platform: NodeJS.Platform, output: string | Error): RouteSources & { readonly ran: string[][] } {
  const ran: string[][] = [];
  return {
    platform,
    byteOrder: 'LE',
    read: (path) => Promise.resolve(path === '/proc/net/route' ? ROUTE4 : ROUTE6),
    run: (file, args, environment) => {
      ran.push([file, ...args, ...Object.entries(environment).map((pair) => pair.join('='))]);
      return output instanceof Error ? Promise.reject(output) : Promise.resolve(output);
    },
    ran,
  };
}

const hop = (platform: NodeJS.Platform, output: string | Error, to: string, through: string | null = null) =>
  findNextHop(to, to.includes(':') ? 6 : 4, through, sources(platform, output));

describe('the next hop on Linux', () => {
  const linux = (to: string, through: string | null = null) => hop('linux', '', to, through);

  it('is the host itself on its own network', async () => {
    expect(await linux('10.77.0.9')).toEqual({ interface: 'eth0', address: '10.77.0.9' });
    expect(await linux('fd77::9')).toEqual({ interface: 'eth0', address: 'fd77::9' });
  });

  it('is the gateway of the longest prefix, then of the lowest metric', async () => {
    expect(await linux('192.0.2.1')).toEqual({ interface: 'wlan0', address: '10.78.0.1' });
    expect(await linux('10.88.1.1')).toEqual({ interface: 'eth0', address: '10.77.0.254' });
    expect(await linux('2001:db8::1')).toEqual({ interface: 'eth0', address: 'fe80::1' });
  });

  it('keeps to the interface that is asked for', async () => {
    expect(await linux('192.0.2.1', 'eth0')).toEqual({ interface: 'eth0', address: '10.77.0.1' });
    await expect(linux('2001:db8::1', 'wlan0')).rejects.toMatchObject({ code: 'no-route' });
  });

  it('respects a route that rejects, whatever the interface', async () => {
    await expect(linux('10.88.0.1')).rejects.toMatchObject({ code: 'no-route' });
    await expect(linux('10.88.0.1', 'eth0')).rejects.toMatchObject({ code: 'no-route' });
  });

  it('reads the file of a computer with the other byte order', () => {
    const [route] = parseIpv4Routes('Iface\neth0\t0A4D0000\t00000000\t0001\t0\t0\t0\tFFFFFF00\t0\t0\t0  ', 'BE');
    expect(route).toMatchObject({ destination: Uint8Array.of(10, 77, 0, 0), prefix: 24 });
  });

  it('refuses a file of another form', async () => {
    const strange = { ...sources('linux', ''), read: () => Promise.resolve('Iface\neth0 10.0.0.0/8 via nobody') };
    await expect(findNextHop('10.0.0.1', 4, null, strange)).rejects.toMatchObject({ code: 'transport-failed' });
    await expect(findNextHop('fd77::1', 6, null, strange)).rejects.toMatchObject({ code: 'transport-failed' });
  });
});

describe('the next hop on macOS', () => {
  it('is the gateway, or the host itself', async () => {
    expect(await hop('darwin', MAC_GATEWAY, '192.0.2.10')).toEqual({ interface: 'en0', address: '192.168.1.1' });
    expect(await hop('darwin', MAC_NEIGHBOUR, '192.168.1.20')).toEqual({ interface: 'en0', address: '192.168.1.20' });
    expect(await hop('darwin', MAC_GATEWAY6, '2001:db8::10')).toEqual({ interface: 'en0', address: 'fe80::1' });
  });

  it('asks with an argument array', async () => {
    const asked = sources('darwin', MAC_GATEWAY6);
    await findNextHop('2001:db8::10', 6, 'en0', asked);
    expect(asked.ran).toEqual([['/sbin/route', '-n', 'get', '-inet6', '-ifscope', 'en0', '2001:db8::10']]);
  });

  it('says what the system says when there is none', async () => {
    const none = new Error('route: writing to routing socket: not in table');
    await expect(hop('darwin', none, '192.0.2.10')).rejects.toMatchObject({
      code: 'no-route',
      message: expect.stringContaining('not in table') as string,
    });
    await expect(hop('darwin', 'nonsense', '192.0.2.10')).rejects.toMatchObject({ code: 'no-route' });
  });

  it('refuses another interface than the one asked for', async () => {
    await expect(hop('darwin', MAC_GATEWAY, '192.0.2.10', 'en5')).rejects.toMatchObject({ code: 'no-route' });
  });
});

describe('the next hop on Windows', () => {
  const far = '{"InterfaceAlias":"Ethernet 2","NextHop":"192.168.1.1"}';

  it('is the gateway, or the host itself', async () => {
    expect(await hop('win32', far, '192.0.2.10')).toEqual({ interface: 'Ethernet 2', address: '192.168.1.1' });
    expect(await hop('win32', '[{"InterfaceAlias":"WLAN","NextHop":"::"}]', 'fe80::9')).toEqual({
      interface: 'WLAN',
      address: 'fe80::9',
    });
  });

  it('puts neither the address nor the interface into the script', async () => {
    const asked = sources('win32', far);
    await findNextHop('192.0.2.10', 4, 'Ethernet 2', asked);
    const [, ...args] = asked.ran[0] ?? [];
    expect(args.slice(-2)).toEqual(['SESAMY_ROUTE_TO=192.0.2.10', 'SESAMY_ROUTE_THROUGH=Ethernet 2']);
    expect(args.slice(0, -2).join(' ')).not.toMatch(/192\.0\.2\.10|Ethernet 2/);
  });

  it('refuses what is no route', async () => {
    for (const [output, code] of [
      ['', 'no-route'],
      ['Access denied', 'transport-failed'],
      ['[]', 'transport-failed'],
      ['{"InterfaceAlias":"WLAN","NextHop":"not an address"}', 'transport-failed'],
    ] as const)
      await expect(hop('win32', output, '192.0.2.10')).rejects.toMatchObject({ code });
  });
});

it('asks for literal addresses only', async () => {
  for (const to of ['192.0.2.1; calc', '-inet', 'host.example', 'fe80::1%en0']) {
    const asked = sources('darwin', MAC_GATEWAY);
    await expect(findNextHop(to, 4, null, asked)).rejects.toMatchObject({ code: 'transport-failed' });
    expect(asked.ran).toEqual([]);
  }
});
