import { typedNumber } from '../../../../domain/modes/inline';
import { knockdOtp, readProtocols, readSequences } from '../../../../domain/modes/knockd-otp';
import { knockCount } from '../../../../domain/modes/knockd-otp/otp';
import { MAX_SEED_BYTES, seedLength } from '../../../../domain/modes/knockd-otp/schema';
import type { KnockdOtp, ListPorts, SeedPorts } from '../../../../domain/modes/knockd-otp/schema';
import { parseSequenceList, printSequenceList } from '../../../../domain/modes/knockd-otp/sequence-list';
import { commandWords, sourceAddress } from '../../../../domain/modes/source-address';
import type { SourceAddress } from '../../../../domain/modes/source-address';
import { count } from '../../../../text/words';
import { Button } from '../../../components/Button';
import { CheckboxInput } from '../../../components/CheckboxInput';
import { cx } from '../../../components/cx';
import { SecretInput } from '../../../components/SecretInput';
import { SelectInput } from '../../../components/SelectInput';
import { TextInput } from '../../../components/TextInput';
import { within } from '../field-reporter';
import type { FieldReporter } from '../field-reporter';
import { defineModeForm } from '../mode-form';
import type { ModeFieldsProps } from '../mode-form';
import form from '../form.module.css';
import styles from './knockd-otp.module.css';

interface SourceDraft {
  readonly by: string;
  readonly address: string;
  /** Words between blanks. */
  readonly command: string;
  readonly url: string;
}

/** Both kinds of ports: to look at the other kind and come back loses nothing. */
interface KnockdOtpDraft {
  readonly from: string;
  readonly seed: string;
  readonly periodSeconds: string;
  readonly basePort: string;
  readonly ipProtection: boolean;
  /** Separated by commas. */
  readonly protocols: string;
  readonly source: SourceDraft;
  /** As in knockd's own file. */
  readonly sequences: string;
  readonly delayMs: string;
}

const KINDS = [
  { id: 'seed', label: 'A seed and the clock', detail: 'other ports each minute or so; needs a knockd that has otp' },
  { id: 'list', label: 'A list of sequences', detail: 'each is used once, as in knockd’s one_time_sequences' },
] as const;

const SOURCES = [
  { id: 'route', label: 'This computer’s own', detail: 'right where there is no NAT on the way' },
  { id: 'given', label: 'A fixed address', detail: 'where it does not change' },
  { id: 'command', label: 'What a program prints', detail: 'run before each knock' },
  { id: 'url', label: 'What a web page says', detail: 'asked before each knock; its owner learns when you knock' },
] as const;

/** Six bits each, and nothing that a line of knockd.conf could take for something else. */
const SEED_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SEED_CHARACTERS_COUNT = 24;

function Glyph() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M11 12.5a6.5 6.5 0 1 1-2-4.7M9 4v4H5M12 12.5V9M12 12.5l2 1.5M16 18h1M19 18h1M18 14h1M20 10h1"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

function randomSeed(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SEED_CHARACTERS_COUNT));
  return Array.from(bytes, (byte) => SEED_CHARACTERS.charAt(byte & 63)).join('');
}

function seedHint(seed: string): string {
  return seed === '' ? `text of up to ${MAX_SEED_BYTES} bytes` : `${seedLength(seed)} of ${MAX_SEED_BYTES} bytes`;
}

function protocolsHint({ protocols, ipProtection }: KnockdOtpDraft): string {
  const list = readProtocols(protocols) ?? [];
  if (list.some((protocol) => protocol !== 'tcp' && protocol !== 'udp')) return 'tcp or udp, one for each knock';
  return count(knockCount({ protocols: list as SeedPorts['protocols'], ipProtection }), 'knock');
}

function portsHint(basePort: string): string {
  const base = typedNumber(basePort);
  return typeof base === 'number' && base > 0 ? `ports ${base} to ${base + 255}` : 'and up to 255 above it';
}

function sequencesHint(text: string): string {
  const list = parseSequenceList(text);
  const [first] = list.ok ? list.sequences : [];
  if (!list.ok || first === undefined) return 'one a line, such as 7000,8000:udp,9000';
  const usedUp = list.used === 0 ? '' : `; ${count(list.used, 'line')} used up, left out when saved`;
  return `${count(list.sequences.length, 'sequence')} of ${count(first.length, 'knock')}${usedUp}`;
}

function SourceFields({
  source,
  onChange,
  report,
}: {
  readonly source: SourceDraft;
  readonly onChange: (source: SourceDraft) => void;
  readonly report: FieldReporter;
}) {
  return (
    <>
      <SelectInput
        label="Your address, as the server sees it"
        value={source.by}
        choices={SOURCES}
        onChange={(by) => {
          onChange({ ...source, by });
        }}
        problem={report.problem('by')}
        className={form['wide']}
      />
      {source.by === 'given' ? (
        <TextInput
          label="Address"
          path="address"
          report={report}
          value={source.address}
          onChange={(address) => {
            onChange({ ...source, address });
          }}
          hint="IPv4"
          className={form['wide']}
        />
      ) : null}
      {source.by === 'command' ? (
        <TextInput
          label="Program and arguments"
          path="command"
          list
          report={report}
          value={source.command}
          onChange={(command) => {
            onChange({ ...source, command });
          }}
          hint="words between blanks; no quotes, no shell"
          className={form['wide']}
        />
      ) : null}
      {source.by === 'url' ? (
        <TextInput
          label="URL"
          path="url"
          report={report}
          value={source.url}
          onChange={(url) => {
            onChange({ ...source, url });
          }}
          hint="https, answers with one IPv4 address"
          className={form['wide']}
        />
      ) : null}
    </>
  );
}

function SeedFields({ draft, onChange, report }: ModeFieldsProps<KnockdOtpDraft>) {
  const change = (part: Partial<KnockdOtpDraft>): void => {
    onChange({ ...draft, ...part });
  };
  return (
    <>
      <SecretInput
        label="Seed"
        path="seed"
        report={report}
        value={draft.seed}
        onChange={(seed) => {
          change({ seed });
        }}
        hint={seedHint(draft.seed)}
        className={form['full']}
      >
        <Button
          small
          look="quiet"
          label="Generate a seed"
          onPress={() => {
            change({ seed: randomSeed() });
          }}
        >
          Generate
        </Button>
      </SecretInput>
      <TextInput
        label="Period"
        path="periodSeconds"
        report={report}
        value={draft.periodSeconds}
        onChange={(periodSeconds) => {
          change({ periodSeconds });
        }}
        suffix="s"
        hint="both clocks must be right"
        numeric
      />
      <TextInput
        label="Base port"
        path="basePort"
        report={report}
        value={draft.basePort}
        onChange={(basePort) => {
          change({ basePort });
        }}
        hint={portsHint(draft.basePort)}
        numeric
      />
      <TextInput
        label="Protocols"
        path="protocols"
        list
        report={report}
        value={draft.protocols}
        onChange={(protocols) => {
          change({ protocols });
        }}
        hint={protocolsHint(draft)}
        className={form['wide']}
      />
      <div className={form['full']}>
        <CheckboxInput
          name={report.name('ipProtection')}
          checked={draft.ipProtection}
          onChange={(ipProtection) => {
            change({ ipProtection });
          }}
          hint="as many knocks again, which are right from your address only"
        >
          IP protection
        </CheckboxInput>
      </div>
      {draft.ipProtection ? (
        <SourceFields
          source={draft.source}
          onChange={(source) => {
            change({ source });
          }}
          report={within(report, 'source')}
        />
      ) : null}
    </>
  );
}

function Fields({ draft, onChange, report }: ModeFieldsProps<KnockdOtpDraft>) {
  const change = (part: Partial<KnockdOtpDraft>): void => {
    onChange({ ...draft, ...part });
  };
  const inside = within(report, 'ports');
  return (
    // What a failure leads to when it cannot say which of these fields is wrong.
    <fieldset className={cx(styles['ports'], form['full'], form['grid'])} name={report.name('ports')} tabIndex={-1}>
      <SelectInput
        label="Ports from"
        value={draft.from}
        choices={KINDS}
        onChange={(from) => {
          change({ from });
        }}
        problem={inside.problem('from')}
        className={form['wide']}
      />
      <TextInput
        label="Delay between knocks"
        path="delayMs"
        report={report}
        value={draft.delayMs}
        onChange={(delayMs) => {
          change({ delayMs });
        }}
        suffix="ms"
        numeric
      />
      {draft.from === 'list' ? (
        <TextInput
          label="Sequences"
          path="sequences"
          list
          report={inside}
          value={draft.sequences}
          onChange={(sequences) => {
            change({ sequences });
          }}
          hint={sequencesHint(draft.sequences)}
          lines={8}
          className={cx(styles['sequences'], form['full'])}
        />
      ) : (
        <SeedFields draft={draft} onChange={onChange} report={inside} />
      )}
    </fieldset>
  );
}

const DEFAULTS = knockdOtp.defaults.ports as SeedPorts;

function sourceDraft(source: SourceAddress): SourceDraft {
  return {
    by: source.by,
    address: source.by === 'given' ? source.address : '',
    command: source.by === 'command' ? source.command.join(' ') : '',
    url: source.by === 'url' ? source.url : '',
  };
}

function sourceInput({ by, address, command, url }: SourceDraft): unknown {
  switch (by) {
    case 'given':
      return { by, address: address.trim() };
    case 'command':
      return { by, command: commandWords(command) };
    case 'url':
      return { by, url: url.trim() };
    default:
      return { by };
  }
}

/** Where nothing uses it a wrong one is left out: it has no field on the screen to be corrected in. */
function unusedSource(source: SourceDraft): unknown {
  const input = sourceInput(source);
  return sourceAddress(4).safeParse(input).success ? input : { by: 'route' };
}

export const knockdOtpForm = defineModeForm<'knockd-otp', KnockdOtpDraft>({
  kind: 'knockd-otp',
  Glyph,
  toDraft: ({ ports, delayMs }: KnockdOtp) => {
    const seed: SeedPorts = ports.from === 'seed' ? ports : DEFAULTS;
    const sequences: ListPorts['sequences'] = ports.from === 'list' ? ports.sequences : [];
    return {
      from: ports.from,
      seed: seed.seed,
      periodSeconds: String(seed.periodSeconds),
      basePort: String(seed.basePort),
      ipProtection: seed.ipProtection,
      protocols: seed.protocols.join(', '),
      source: sourceDraft(seed.source),
      sequences: printSequenceList(sequences),
      delayMs: String(delayMs),
    };
  },
  toInput: (draft) => ({
    kind: 'knockd-otp',
    ports:
      draft.from === 'list'
        ? { from: 'list', sequences: readSequences(draft.sequences) }
        : {
            from: draft.from,
            seed: draft.seed.trim(),
            periodSeconds: typedNumber(draft.periodSeconds),
            basePort: typedNumber(draft.basePort),
            ipProtection: draft.ipProtection,
            protocols: readProtocols(draft.protocols),
            source: draft.ipProtection ? sourceInput(draft.source) : unusedSource(draft.source),
          },
    delayMs: typedNumber(draft.delayMs),
  }),
  Fields,
});
