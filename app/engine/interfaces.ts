import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import { SesamyError } from '../domain/errors';
import type { NetworkInterface } from '../domain/network-interface';
import type { AddressFamily } from '../domain/plan/knock-event';
import { fromSystemError } from './system-error';

/** One folder of /sys/class/net. */
export interface LinuxLink {
  readonly name: string;
  readonly kernelIndex: number;
  readonly mac: string;
  /** The kernel's IFF_ flags. */
  readonly flags: number;
  /** RFC 2863's word for the state, in lower case. */
  readonly state: string;
}

/** What the system tells about its interfaces. */
export interface InterfaceFacts {
  /** From os.networkInterfaces(): those that are up and have an address. */
  readonly listed: NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** Empty outside Linux. */
  readonly links: readonly LinuxLink[];
  /** Whether a default route goes through an interface of this name and these addresses. */
  readonly isDefault: (name: string, addresses: readonly string[]) => boolean;
}

const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
/** Without a link nothing leaves. Drivers that cannot tell say "unknown", and are believed to have one. */
const STATES_WITHOUT_LINK = ['down', 'lowerlayerdown', 'notpresent'];

function macOf(text: string): string | null {
  const mac = text.toUpperCase();
  return /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/.test(mac) && mac !== '00:00:00:00:00:00' ? mac : null;
}

/**
 * The interfaces in the system's own order. Those that os.networkInterfaces() leaves out come last, so that the numbers of the
 * others stay what settings files say.
 */
export function interfacesFrom({ listed, links, isDefault }: InterfaceFacts): readonly NetworkInterface[] {
  const linkOf = new Map(links.map((link) => [link.name, link]));
  const known = Object.entries(listed).map(([name, entries]) => {
    const list = entries ?? [];
    const addresses = list.map((entry) => entry.address);
    return {
      name,
      mac: macOf(list[0]?.mac ?? ''),
      addresses,
      loopback: list.some((entry) => entry.internal),
      up: true,
      defaultRoute: isDefault(name, addresses),
      kernelIndex: linkOf.get(name)?.kernelIndex ?? null,
    };
  });
  const others = links
    .filter((link) => listed[link.name] === undefined)
    .sort((a, b) => a.kernelIndex - b.kernelIndex)
    .map(({ name, mac, flags, state, kernelIndex }) => ({
      name,
      mac: macOf(mac),
      addresses: [],
      loopback: (flags & IFF_LOOPBACK) !== 0,
      up: (flags & IFF_UP) !== 0 && !STATES_WITHOUT_LINK.includes(state),
      defaultRoute: isDefault(name, []),
      kernelIndex,
    }));
  return [...known, ...others].map((entry, index) => ({ index, ...entry }));
}

const RTF_UP = 0x1;
const RTF_REJECT = 0x200;

/** The interfaces of the default routes in /proc/net/route and /proc/net/ipv6_route (proc(5), net/ipv6/route.c). */
export function defaultRoutes(route4: string, route6: string): ReadonlySet<string> {
  const rows = (text: string): string[][] => text.split('\n').map((line) => line.trim().split(/\s+/));
  const usable = (flags: string): boolean => (parseInt(flags, 16) & (RTF_UP | RTF_REJECT)) === RTF_UP;
  const names = [
    ...rows(route4)
      .filter(([, to, , flags = '', , , , mask]) => to === '00000000' && mask === '00000000' && usable(flags))
      .map(([name]) => name),
    ...rows(route6)
      .filter((row) => /^0{32}$/.test(row[0] ?? '') && row[1] === '00' && usable(row[8] ?? ''))
      .map((row) => row[9]),
  ];
  return new Set(names.filter((name) => name !== undefined));
}

/** A file of /proc or /sys without its last line break; empty where it cannot be read, as for an interface that has just gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return '';
  }
}

function linuxLinks(): readonly LinuxLink[] {
  let names: readonly string[];
  try {
    names = readdirSync('/sys/class/net');
  } catch {
    return [];
  }
  return names
    .map((name) => {
      const file = (what: string): string => read(`/sys/class/net/${name}/${what}`);
      const [kernelIndex, flags] = [Number(file('ifindex')), Number(file('flags'))];
      return { name, kernelIndex, mac: file('address'), flags, state: file('operstate') };
    })
    .filter((link) => link.kernelIndex > 0);
}

/** Addresses that no host has (RFC 5737, RFC 3849): whatever leads to them is the default route. */
const NOWHERE = [
  ['203.0.113.1', 4],
  ['2001:db8::1', 6],
] as const;

/** The interfaces of this computer. */
export async function listInterfaces(): Promise<readonly NetworkInterface[]> {
  const listed = networkInterfaces();
  if (process.platform === 'linux') {
    const names = defaultRoutes(read('/proc/net/route'), read('/proc/net/ipv6_route'));
    return interfacesFrom({ listed, links: linuxLinks(), isDefault: (name) => names.has(name) });
  }
  const sources = await Promise.all(
    NOWHERE.map(([address, family]) => sourceAddressFor(address, family).catch(() => null)),
  );
  const isDefault = (_: string, addresses: readonly string[]): boolean =>
    addresses.some((address) => sources.includes(address));
  return interfacesFrom({ listed, links: [], isDefault });
}

/**
 * The address of this computer that packets to a host come from. Connecting a UDP socket makes the system look up its routes,
 * and sends nothing.
 * @param address a literal
 * @throws SesamyError `no-route`, `not-permitted`
 */
export async function sourceAddressFor(address: string, family: AddressFamily): Promise<string> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      // Any port does: nothing is sent to it.
      socket.connect(9, address, (error?: Error) => {
        if (error === undefined) resolve(socket.address().address);
        else reject(error);
      });
    });
  } catch (error) {
    throw (
      fromSystemError(error, address) ??
      new SesamyError('no-route', `No source address for ${address} was found: ${String(error)}.`)
    );
  } finally {
    socket.close();
  }
}

/**
 * The interface that a profile means.
 * @param wanted its name, or its index in {@link listInterfaces}
 * @throws SesamyError `interface-not-found`
 */
export async function interfaceOf(wanted: string): Promise<NetworkInterface> {
  const all = await listInterfaces();
  const chosen =
    all.find((entry) => entry.name === wanted) ??
    (/^[0-9]+$/.test(wanted) ? all.find((entry) => entry.index === Number(wanted)) : undefined);
  if (chosen !== undefined) return chosen;
  throw notFound(`This computer has no interface ${wanted}; it has ${all.map((entry) => entry.name).join(', ')}.`);
}

/**
 * The source address that stands for an interface.
 * @throws SesamyError `interface-not-found` when it is down, or has no address of the family
 */
export function addressOf(chosen: NetworkInterface, family: AddressFamily): string {
  const address = chosen.addresses.find((text) => text.includes(':') === (family === 6) && !text.startsWith('fe80:'));
  if (address !== undefined) return address;
  throw notFound(
    chosen.up
      ? `The interface ${chosen.name} has no IPv${family} address.`
      : `The interface ${chosen.name} is down, or its cable is out.`,
  );
}

function notFound(cause: string): SesamyError {
  return new SesamyError('interface-not-found', cause, {
    action: { kind: 'edit-field', label: 'Change the interface', field: 'interface' },
  });
}
