import { typedNumber } from '../../../../domain/modes/inline';
import { isHexSecret, utf8Length } from '../../../../domain/modes/tcp-stealth/isn';
import type { TcpStealth } from '../../../../domain/modes/tcp-stealth/schema';
import { count } from '../../../../text/words';
import { Button } from '../../../components/Button';
import { CheckboxInput } from '../../../components/CheckboxInput';
import { cx } from '../../../components/cx';
import { SecretInput } from '../../../components/SecretInput';
import { SelectInput } from '../../../components/SelectInput';
import { TextInput } from '../../../components/TextInput';
import { defineModeForm } from '../mode-form';
import type { ModeFieldsProps } from '../mode-form';
import form from '../form.module.css';
import styles from './tcp-stealth.module.css';

interface TcpStealthDraft {
  readonly secret: string;
  readonly timestamps: boolean;
  readonly integrityLength: string;
  readonly use: string;
}

const USES = [
  { id: 'connection', label: 'The connection itself', detail: 'nothing else is sent; needs the helper' },
  { id: 'knock', label: 'A knock before it', detail: 'the server opens the port for a moment' },
] as const;

const SECRET_BYTES = 64;

function Glyph() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M4 12h9M10 8.5l3.5 3.5L10 15.5M17 5v4M17 11v2M17 15v4M20.5 5v14"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** 64 random bytes in hex: as long as a secret can be. */
function randomSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function secretHint(secret: string): string {
  if (secret === '') return 'text of up to 64 bytes, or 128 hex digits';
  return isHexSecret(secret) ? '64 bytes in hex' : `text of ${count(utf8Length(secret), 'byte')}`;
}

function Fields({ draft, onChange, report }: ModeFieldsProps<TcpStealthDraft>) {
  const change = (part: Partial<TcpStealthDraft>): void => {
    onChange({ ...draft, ...part });
  };
  return (
    <>
      <SecretInput
        label="Secret"
        path="secret"
        report={report}
        value={draft.secret}
        onChange={(secret) => {
          change({ secret });
        }}
        hint={secretHint(draft.secret)}
        className={form['full']}
      >
        <Button
          small
          look="quiet"
          label="Generate a secret"
          onPress={() => {
            change({ secret: randomSecret() });
          }}
        >
          Generate
        </Button>
      </SecretInput>
      <SelectInput
        label="Use"
        value={draft.use}
        choices={USES}
        onChange={(use) => {
          change({ use });
        }}
        problem={report.problem('use')}
        className={form['wide']}
      />
      <TextInput
        label="Integrity"
        path="integrityLength"
        report={report}
        value={draft.integrityLength}
        onChange={(integrityLength) => {
          change({ integrityLength });
        }}
        suffix="bytes"
        hint="0 is off"
        numeric
      />
      <div className={styles['timestamps']}>
        <CheckboxInput
          name={report.name('timestamps')}
          checked={draft.timestamps}
          onChange={(timestamps) => {
            change({ timestamps });
          }}
        >
          Timestamps
        </CheckboxInput>
      </div>
      <div className={cx(styles['words'], form['full'])}>
        <div>
          <h3>What it protects against</h3>
          <ul>
            <li>A port scanner sees a closed port.</li>
            <li>Nothing extra is on the wire: the first packet of the connection carries the knock.</li>
          </ul>
        </div>
        <div>
          <h3>What it does not</h3>
          <ul>
            <li>Whoever sees the first packet can send it again.</li>
            <li>Devices on the way that rewrite sequence numbers break it.</li>
            <li>
              Without integrity a man in the middle can take over the connection. Integrity, like timestamps, needs a
              server with the kernel patch.
            </li>
          </ul>
        </div>
      </div>
    </>
  );
}

export const tcpStealthForm = defineModeForm<'tcp-stealth', TcpStealthDraft>({
  kind: 'tcp-stealth',
  Glyph,
  toDraft: ({ secret, timestamps, integrityLength, use }: TcpStealth) => ({
    secret,
    timestamps,
    integrityLength: String(integrityLength),
    use,
  }),
  toInput: (draft) => ({
    kind: 'tcp-stealth',
    secret: draft.secret,
    timestamps: draft.timestamps,
    integrityLength: typedNumber(draft.integrityLength),
    use: draft.use,
  }),
  Fields,
});
