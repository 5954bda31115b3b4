import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toErrorInfo } from '../../../domain/errors';
import type { ErrorInfo } from '../../../domain/errors';
import { say } from '../../../text/say';
import { helperPlaces } from './locate';
import { diagnoseHelper, nosuidMount } from './diagnosis';
import type { HelperSystem } from './diagnosis';
import { helperStart, unprivilegedStart } from './start';
import { helperSystem } from './system';
import { helperState } from './words';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-sesamy-state-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A helper that holds these capabilities when it is asked; it could have been built, but not given them, without root. */
function holding(capabilities: string): string {
  return program(
    `holding-${capabilities}`,
    `process.stdin.once('data', () => {
    process.stdout.write(Buffer.from('0000000c0181${capabilities}0102', 'hex'));
    process.stdin.destroy();
  });`,
  );
}

function program(name: string, code: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!${process.execPath}\n${code}\n`, { mode: 0o755 });
  return path;
}

const NET_RAW = '0000000000003000';
const NONE = '0000000000001000';
const ROOT_OWNED = { uid: 0, gid: 987, mode: 0o100750 };

function system(path: string, changes: Partial<HelperSystem> = {}): HelperSystem {
  return {
    places: [{ path, system: true }],
    file: () => ROOT_OWNED,
    withoutLinks: (file) => file,
    canExecute: () => true,
    probe: helperSystem(null).probe,
    noNewPrivs: false,
    mountinfo: '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    groups: 'root:x:0:\nopen-sesamy:x:987:bob,carol',
    user: 'alice',
    pkexec: null,
    ...changes,
  };
}

function thrownBy(action: () => unknown): ErrorInfo {
  try {
    action();
  } catch (error) {
    return toErrorInfo(error);
  }
  throw new Error('Nothing was thrown');
}

const stateOf = async (what: HelperSystem) => helperState(await diagnoseHelper(what));

describe('the helper’s state', () => {
  it('works where it holds the capability to send raw packets', async () => {
    const path = holding(NET_RAW);
    const diagnosis = await diagnoseHelper(system(path, { noNewPrivs: true, pkexec: '/usr/bin/pkexec' }));
    expect(helperState(diagnosis)).toMatchObject({ name: 'helper', works: true, fix: null });
    expect(helperStart(diagnosis)).toEqual({ path, command: { file: path, args: [] }, throughPkexec: false });
  });

  it('is not installed', async () => {
    const state = await stateOf(system('/x/sesamy-helper', { file: () => null }));
    expect(state).toMatchObject({ works: false, broken: false, fix: { command: 'sudo npm run helper:install' } });
    expect(say(state.detail)).toContain('/x/sesamy-helper');
  });

  it.each([
    ['alice', 'alice is not in it', 'sudo usermod -aG open-sesamy alice'],
    ['o’neil', 'is not in it', `sudo usermod -aG open-sesamy 'o’neil'`],
    ['carol', 'not yet in this session', null],
  ])('is for a group: %s', async (user, detail, command) => {
    const state = await stateOf(system('/x', { canExecute: () => false, user }));
    expect(state).toMatchObject({ works: false, broken: true, fix: { command } });
    expect(say(state.detail)).toContain(detail);
    expect(say(state.fix?.text ?? '')).toMatch(/log out and in again/i);
  });

  it('may not be executed by anybody', async () => {
    const file = () => ({ uid: 0, gid: 987, mode: 0o100644 });
    const state = await stateOf(system('/x', { canExecute: () => false, file }));
    expect(state).toMatchObject({ works: false, broken: true });
    expect(say(state.detail)).toBe('/x may not be executed.');
  });

  it('lost its capabilities, and the command that gives them back can be pasted', async () => {
    const path = holding(NONE);
    const state = await stateOf(system(path));
    expect(state).toMatchObject({ works: false, broken: true });
    expect(state.fix?.command).toBe(`sudo setcap cap_net_raw,cap_net_admin=ep ${path}`);
    const spaced = helperState({ kind: 'no-capability', path: `/opt/Open Sesamy/it's` });
    expect(spaced.fix?.command).toBe(`sudo setcap cap_net_raw,cap_net_admin=ep '/opt/Open Sesamy/it'\\''s'`);
  });

  it('gets none under no_new_privs, where pkexec gets none either', async () => {
    const state = await stateOf(system(holding(NONE), { noNewPrivs: true, pkexec: '/usr/bin/pkexec' }));
    expect(state).toMatchObject({ works: false, fix: { command: null } });
    expect(say(state.detail)).toContain('no_new_privs');
  });

  it('gets none on a nosuid mount, and pkexec is the way around it', async () => {
    const mountinfo = `25 1 8:1 / / rw - ext4 a rw\n26 25 0:30 / ${folder} rw,nosuid,nodev - tmpfs tmpfs rw`;
    const path = holding(NONE);
    const state = await stateOf(system(path, { mountinfo }));
    expect(state).toMatchObject({ works: false, fix: { command: 'sudo npm run helper:install' } });
    expect(say(state.detail)).toContain(`${folder} is mounted nosuid`);

    const asking = await diagnoseHelper(system(path, { mountinfo, pkexec: '/usr/bin/pkexec' }));
    expect(helperStart(asking)).toEqual({
      path,
      command: { file: '/usr/bin/pkexec', args: [path] },
      throughPkexec: true,
    });
    expect(say(helperState(asking).detail)).toContain('asks for the password each time');
  });

  it.each([
    ['that is not root’s', { file: () => ({ ...ROOT_OWNED, uid: 1000 }) }],
    ['that others may change', { file: () => ({ ...ROOT_OWNED, mode: 0o100772 }) }],
    ['that the environment names', { places: [{ path: '', system: false }] }],
  ])('never asks for the password for a file %s', async (_, changes: Partial<HelperSystem>) => {
    const path = holding(NONE);
    const places = (changes.places ?? [{ path, system: true }]).map((place) => ({ ...place, path }));
    expect(await stateOf(system(path, { ...changes, places, pkexec: '/usr/bin/pkexec' }))).toMatchObject({
      works: false,
    });
  });

  it.each([
    ['dies', 'process.exit(1)', /code 1/],
    ['speaks something else', `process.stdout.write('hello, who are you?')`, /protocol/],
    [
      'refuses',
      `process.stdout.write(Buffer.from('00000009018602ffff00000000', 'hex'))`,
      /refuses to be asked \(version\)/,
    ],
    ['answers something else', `process.stdout.write(Buffer.from('0000000401850000', 'hex'))`, /another question/],
  ])('is broken when it %s', async (name, code, cause) => {
    const state = await stateOf(system(program(name.replaceAll(' ', '-'), code)));
    expect(state).toMatchObject({ works: false, broken: true, fix: { command: 'sudo npm run helper:install' } });
    expect(say(state.detail)).toMatch(cause);
  });

  it('is asked for by name all the same, and says what it lacks', async () => {
    const diagnosis = await diagnoseHelper(system('/x', { file: () => null }));
    for (const start of [helperStart, unprivilegedStart]) {
      const refusal = thrownBy(() => start(diagnosis));
      expect(refusal.code).toBe('transport-unavailable');
      expect(say(refusal.cause)).toBe('The helper does not work here. It is not installed. Looked for: /x.');
    }
  });

  it('without its capabilities still does what needs none', async () => {
    const path = holding(NONE);
    const diagnosis = await diagnoseHelper(system(path));
    expect(thrownBy(() => helperStart(diagnosis)).code).toBe('transport-unavailable');
    expect(unprivilegedStart(diagnosis)).toEqual({ path, command: { file: path, args: [] }, throughPkexec: false });
  });
});

describe('where the helper lies', () => {
  it('is where packages and the installer put it, then in the app', () => {
    expect(helperPlaces(undefined, '/opt/app/resources')).toEqual([
      { path: '/usr/local/libexec/open-sesamy/sesamy-helper', system: true },
      { path: '/usr/libexec/open-sesamy/sesamy-helper', system: true },
      { path: '/opt/app/resources/sesamy-helper', system: false },
    ]);
  });

  it('is where the environment says, and nowhere else, if that is a whole path', () => {
    expect(helperPlaces('/a/b', '/opt')).toEqual([{ path: '/a/b', system: false }]);
    for (const word of ['', 'sesamy-helper', './x'])
      expect(helperPlaces(word, null)).toEqual(helperPlaces(undefined, null));
  });
});

describe('the mount over a path', () => {
  const MOUNTS = [
    '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '26 25 0:30 / /home rw,nosuid,nodev - ext4 /dev/sdb1 rw',
    '27 26 0:31 / /home/al\\040ice rw - tmpfs tmpfs rw',
    '28 25 0:32 / /srv rw - tmpfs tmpfs rw',
    '29 28 0:33 / /srv rw,nosuid - tmpfs tmpfs rw',
    '',
  ].join('\n');
  it.each([
    ['/usr/libexec/h', null],
    ['/home/bob/h', '/home'],
    ['/homes/h', null],
    ['/home/al ice/h', null],
    ['/srv/h', '/srv'],
  ])('%s: %s', (path, expected) => {
    expect(nosuidMount(MOUNTS, path)).toBe(expected);
  });
});
