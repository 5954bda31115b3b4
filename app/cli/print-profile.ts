import { modeDefinition } from '../domain/modes/registry';
import type { Profile } from '../domain/profile/profile';
import { shellLine } from '../session/shell-quote';
import { out, plain, table } from './print';
import { modeWords } from './target';

/** A profile as JSON has it. Without `reveal` nothing of the mode is there but its kind. */
export function profileJson(profile: Profile, reveal: boolean): string {
  return JSON.stringify(reveal ? profile : { ...profile, mode: { kind: profile.mode.kind } });
}

/** A profile's lines for a person. Without `reveal` the knock itself stays hidden. */
export function profileLines(profile: Profile, reveal: boolean): readonly string[] {
  const { mode, ssh } = profile;
  return [
    `host          ${profile.host}`,
    `service port  ${profile.servicePort}`,
    `family        ${profile.addressFamily}`,
    `interface     ${profile.interface ?? 'automatic'}`,
    `source MAC    ${profile.sourceMac ?? 'automatic'}`,
    `transport     ${profile.transport === 'auto' ? 'automatic' : profile.transport}`,
    ...(profile.tries === null ? [] : [`tries         ${profile.tries} at most`]),
    `mode          ${mode.kind}`,
    `knock         ${reveal ? shellLine(modeWords(mode).slice(2)) : 'hidden (--reveal shows it)'}`,
    ...(ssh.user === null ? [] : [`SSH user      ${ssh.user}`]),
    ...ssh.options.map(({ name, value }) => `SSH option    ${name}=${plain(value)}`),
    ...(profile.tags.length === 0 ? [] : [`tags          ${plain(profile.tags.join(', '))}`]),
    ...(profile.notes === ''
      ? []
      : plain(profile.notes)
          .split('\n')
          .map((line) => `notes         ${line}`)),
  ];
}

/** Profiles as a table, one a line. */
export function printTable(profiles: readonly Profile[]): void {
  const rows = [
    ['name', 'host', 'port', 'mode', 'tags'],
    ...profiles.map((profile) => [
      plain(profile.name),
      profile.host,
      String(profile.servicePort),
      modeDefinition(profile.mode.kind).kind,
      plain(profile.tags.join(', ')),
    ]),
  ];
  for (const line of table(rows)) out(line);
}
