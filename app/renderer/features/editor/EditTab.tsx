import { parseProfile } from '../../../domain/profile/profile';
import { Card } from '../../components/Card';
import { TextInput } from '../../components/TextInput';
import { editDraft, touchField } from '../../state/ui';
import type { Editing } from '../../state/ui';
import { draftInput } from './draft';
import { fieldReporter, within } from './field-reporter';
import { ModeCards } from './ModeCards';
import { ModeEditor } from './ModeEditor';
import { NetworkCard } from './NetworkCard';
import { PlanPreview } from './PlanPreview';
import { SshOptions } from './SshOptions';
import form from './form.module.css';

interface Props {
  readonly editing: Editing;
}

export function EditTab({ editing }: Props) {
  const { draft, touched, tried } = editing;
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
      <NetworkCard draft={draft} report={report} />
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
