import { useEffect } from 'react';
import { Button } from '../../components/Button';
import { Card } from '../../components/Card';
import { cx } from '../../components/cx';
import { SelectInput } from '../../components/SelectInput';
import { TextInput } from '../../components/TextInput';
import { checkTransports, useTransports } from '../../state/transports';
import { editDraft, focusField, showPermissions } from '../../state/ui';
import { useInterfaces } from '../info/use-interfaces';
import type { Draft } from './draft';
import type { FieldReporter } from './field-reporter';
import { interfaceChoices, NO_INTERFACE } from './interface-choices';
import { offeredMac, transportChoices, transportHint } from './transport-choice';
import form from './form.module.css';
import styles from './NetworkCard.module.css';

const FAMILIES = [
  { id: 'auto', label: 'Automatic' },
  { id: '4', label: 'IPv4 only' },
  { id: '6', label: 'IPv6 only' },
] as const;

interface Props {
  readonly draft: Draft;
  readonly report: FieldReporter;
}

/** By which way the knock leaves this computer. */
export function NetworkCard({ draft, report }: Props) {
  const interfaces = useInterfaces();
  const mac = offeredMac(interfaces ?? [], draft);
  return (
    <Card title="Network">
      <div className={form['grid']}>
        <SelectInput
          label="Address family"
          value={draft.addressFamily}
          choices={FAMILIES}
          onChange={(addressFamily) => {
            editDraft({ addressFamily });
          }}
          problem={report.problem('addressFamily')}
        />
        <SelectInput
          label="Interface"
          value={draft.interface ?? NO_INTERFACE}
          choices={interfaceChoices(interfaces ?? [], draft.interface)}
          onChange={(id) => {
            editDraft({ interface: id === NO_INTERFACE ? null : id });
          }}
          problem={report.problem('interface')}
        />
        <div className={cx(form['wide'], styles['mac'])}>
          <TextInput
            label="Source MAC"
            path="sourceMac"
            report={report}
            value={draft.sourceMac}
            onChange={(sourceMac) => {
              editDraft({ sourceMac });
            }}
            {...(draft.sourceMac === '' ? { suffix: 'the interface’s own' } : {})}
          />
          {mac === null ? null : (
            <Button
              small
              onPress={() => {
                editDraft({ sourceMac: mac });
                // This button goes away with the press.
                focusField('sourceMac');
              }}
            >
              Use {mac}
            </Button>
          )}
        </div>
        <TransportField draft={draft} report={report} interfaces={interfaces} />
        <TextInput
          label="Tries"
          path="tries"
          report={report}
          value={draft.tries}
          onChange={(tries) => {
            editDraft({ tries });
          }}
          {...(draft.tries.trim() === '' ? { suffix: 'as the knock needs' } : {})}
          hint="1 is never again"
          numeric
        />
      </div>
    </Card>
  );
}

function TransportField({
  draft,
  report,
  interfaces,
}: Props & { readonly interfaces: ReturnType<typeof useInterfaces> }) {
  const { states, error } = useTransports();
  useEffect(checkTransports, []);
  const known = interfaces !== null && states !== null;
  const hint = known ? transportHint(interfaces, states, draft) : null;
  return (
    <>
      <SelectInput
        label="Transport"
        value={draft.transport}
        choices={transportChoices(states)}
        onChange={(transport) => {
          editDraft({ transport });
        }}
        problem={report.problem('transport')}
      />
      <div className={styles['outcome']}>
        <p role="status" aria-label="What the transport will do" className={styles[hint?.tone ?? 'calm']}>
          {hint?.text ?? (error === null ? 'Checking what works here…' : 'What works here could not be found out.')}
        </p>
        <Button
          look="quiet"
          onPress={() => {
            showPermissions(true);
          }}
        >
          Permissions…
        </Button>
      </div>
    </>
  );
}
