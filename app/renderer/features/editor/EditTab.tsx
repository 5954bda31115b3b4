import { parseProfile } from '../../../domain/profile/profile';
import { Card } from '../../components/Card';
import { SelectInput } from '../../components/SelectInput';
import { TextInput } from '../../components/TextInput';
import { editDraft, touchField } from '../../state/ui';
import type { Editing } from '../../state/ui';
import { useInterfaces } from '../info/use-interfaces';
import { draftInput } from './draft';
import { fieldReporter, within } from './field-reporter';
import { interfaceChoices, NO_INTERFACE } from './interface-choices';
import { ModeCards } from './ModeCards';
import { ModeEditor } from './ModeEditor';
import { PlanPreview } from './PlanPreview';
import { SshOptions } from './SshOptions';
import form from './form.module.css';

const FAMILIES = [
  { id: 'auto', label: 'Automatic' },
  { id: '4', label: 'IPv4 only' },
  { id: '6', label: 'IPv6 only' },
] as const;

interface Props {
  readonly editing: Editing;
}

export function EditTab({ editing }: Props) {
  const { draft, touched, tried } = editing;
  const interfaces = useInterfaces();
  const checked = parseProfile(draftInput(draft));
  const report = fieldReporter(checked.ok ? [] : checked.problems, (path) => tried || touched.has(path), touchField);

  return (
    <div className={form['stack']}>
      <ModeCards
        kind={draft.mode.kind}
        onChange={(kind) => {
          editDraft({ mode: { ...draft.mode, kind } });
        }}
      />
      <Card>
        <div className={form['grid']}>
          <TextInput
            label="Name"
            path="name"
            report={report}
            value={draft.name}
            onChange={(name) => {
              editDraft({ name });
            }}
          />
          <TextInput
            label="Host"
            path="host"
            report={report}
            value={draft.host}
            onChange={(host) => {
              editDraft({ host });
            }}
            className={form['wide']}
          />
          <TextInput
            label="Service port"
            path="servicePort"
            report={report}
            value={draft.servicePort}
            onChange={(servicePort) => {
              editDraft({ servicePort });
            }}
            {...(draft.servicePort.trim() === '22' ? { suffix: 'SSH' } : {})}
            numeric
          />
          <ModeEditor
            draft={draft.mode}
            onChange={(mode) => {
              editDraft({ mode });
            }}
            report={within(report, 'mode')}
          />
        </div>
      </Card>
      <PlanPreview mode={draft.mode} servicePort={draft.servicePort} />
      <Card title="SSH">
        <div className={form['stack']}>
          <div className={form['grid']}>
            <TextInput
              label="SSH user"
              path="ssh.user"
              report={report}
              value={draft.sshUser}
              onChange={(sshUser) => {
                editDraft({ sshUser });
              }}
              {...(draft.sshUser === '' ? { suffix: 'ssh decides' } : {})}
            />
          </div>
          <SshOptions
            options={draft.sshOptions}
            onChange={(sshOptions) => {
              editDraft({ sshOptions });
            }}
            report={report}
          />
        </div>
      </Card>
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
          <TextInput
            label="Source MAC"
            path="sourceMac"
            report={report}
            value={draft.sourceMac}
            onChange={(sourceMac) => {
              editDraft({ sourceMac });
            }}
            {...(draft.sourceMac === '' ? { suffix: 'the interface’s own' } : {})}
            className={form['wide']}
          />
        </div>
      </Card>
      <Card title="For you">
        <div className={form['grid']}>
          <TextInput
            label="Tags"
            path="tags"
            report={report}
            value={draft.tags}
            onChange={(tags) => {
              editDraft({ tags });
            }}
            hint="separated by commas"
            list
            className={form['wide']}
          />
          <TextInput
            label="Notes"
            path="notes"
            report={report}
            value={draft.notes}
            onChange={(notes) => {
              editDraft({ notes });
            }}
            lines={3}
            className={form['full']}
          />
        </div>
      </Card>
    </div>
  );
}
