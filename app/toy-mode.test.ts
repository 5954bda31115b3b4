/** A new mode is one folder and one line in the list of modes, and its form and one line in the list of forms. Nobody else knows it. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { programOf } from './cli/program';
import { VERBS } from './cli/verbs';
import { toy } from './domain/modes/testing/toy';
import { modeDefinition, MODES, planKnock } from './domain/modes/registry';
import type { Mode } from './domain/modes/registry';
import { newProfile, parseProfile } from './domain/profile/profile';
import { modeDraft, modeForm, modeInput } from './renderer/features/editor/mode-forms';
import { planOfDraft } from './renderer/features/editor/plan-of-draft';

vi.mock(import('./domain/modes/modes'), async (original) => {
  const [{ MODES: known }, { toy: added }] = await Promise.all([original(), import('./domain/modes/testing/toy')]);
  return { MODES: [...known, added] as unknown as typeof known };
});
vi.mock(import('./renderer/features/editor/modes/forms'), async (original) => {
  const { MODE_FORMS: known } = await original();
  const form = {
    kind: 'toy',
    Glyph: () => null,
    toDraft: ({ knockPort, word }: { knockPort: number; word: string }) => ({ knockPort: String(knockPort), word }),
    toInput: ({ knockPort, word }: { knockPort: string; word: string }) => ({
      kind: 'toy',
      knockPort: Number(knockPort),
      word,
    }),
    Fields: () => null,
  };
  return { MODE_FORMS: { ...known, toy: form } as unknown as typeof known };
});

/** The types of the product know the modes of the product only. */
const settings = toy.example as unknown as Mode;
const profile = newProfile('00000000-0000-4000-8000-000000000001', {
  name: 'toy',
  host: '127.0.0.1',
  mode: settings,
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
  vi.restoreAllMocks();
});

it('is in the registry, and a profile of it is one', () => {
  expect(MODES.map(({ kind }) => kind)).toContain('toy');
  expect(modeDefinition(settings.kind)).toBe(toy);
  expect(parseProfile(profile)).toEqual({ ok: true, value: profile });
  const { mode, ...rest } = profile;
  expect(parseProfile({ ...rest, mode: { ...mode, word: 'NO' } })).toMatchObject({
    ok: false,
    problems: [{ field: 'mode.word' }],
  });
});

it('has a plan that says what it waits for', () => {
  const before = planKnock(settings, { servicePort: 22 });
  expect(before.awaits).toEqual([{ kind: 'destination' }]);
  expect(before.packets).toMatchObject([{ payload: 'later' }]);
  const after = planKnock(settings, { servicePort: 22, destination: Uint8Array.of(1, 2, 3, 4) });
  expect(after.awaits).toEqual([]);
  expect(after.packets).toMatchObject([{ payload: '736573616d6501020304' }]);
});

it('is edited: its draft, its input and its preview go through its form', () => {
  expect(modeForm(settings.kind).kind).toBe('toy');
  const draft = modeDraft([settings]);
  expect(draft.drafts['toy']).toEqual({ knockPort: '7000', word: 'sesame' });
  expect(modeInput(draft)).toEqual(settings);
  expect(planOfDraft(draft, '22')).not.toBeNull();
});

/** What the command line prints on standard output, and its exit code. */
async function sesamy(...words: readonly string[]): Promise<{ readonly code: number; readonly printed: string }> {
  let printed = '';
  let code = -1;
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  const program = programOf(words, {
    verbs: VERBS,
    modes: MODES,
    version: '0',
    run: async (verb, args, options) => {
      code = await verb.run(args, options);
    },
  });
  await program.parseAsync([...words], { from: 'user' });
  return { code, printed };
}

it('is printed by a dry run, with its own options and no line of its own', async () => {
  const words = ['--mode', 'toy', '--host', '127.0.0.1', '--knock-port', '7000', '--word', 'sesame'];
  const { code, printed } = await sesamy('knock', ...words, '--dry-run');
  expect(code).toBe(0);
  expect(printed).toContain('datagram  port 7000, with a payload made when it is sent');
  const json = await sesamy('knock', ...words, '--dry-run', '--json');
  expect(JSON.parse(json.printed)).toMatchObject({ type: 'plan', plan: { packets: [{ payload: 'later' }] } });
});

it('knocks: the payload that was planned for the address is what arrives, and the door is seen to open', async () => {
  const heard: string[] = [];
  const knocks = createSocket('udp4', (message) => heard.push(message.toString('hex')));
  await new Promise<void>((resolve) => {
    knocks.bind(0, '127.0.0.1', resolve);
  });
  const service = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  closers.push(
    () => knocks.close(),
    () => service.close(),
  );
  const words = ['--mode', 'toy', '--host', '127.0.0.1', '--knock-port', String(knocks.address().port)];
  const port = String((service.address() as AddressInfo).port);
  const { code, printed } = await sesamy('knock', ...words, '--word', 'open', '--port', port, '--json');
  expect(code).toBe(0);
  expect(
    printed
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type),
  ).toEqual(['resolved', 'armed', 'packet-sent', 'connecting', 'open']);
  await expect.poll(() => heard).toEqual(['6f70656e7f000001']);
});

it('gives its own advice when it fails', async () => {
  const service = createServer();
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const port = String((service.address() as AddressInfo).port);
  await new Promise((resolve) => service.close(resolve));
  const { advice } = await import('./engine/prepare').then(({ FIRST_TRY, NOTHING_KEPT, preparing }) =>
    preparing({ ...profile, servicePort: Number(port) }, () => NOTHING_KEPT)(FIRST_TRY, new AbortController().signal),
  );
  expect(advice['not-opened']).toEqual({ steps: ['Say another word.'], field: 'mode.word' });
});
