import type { ErrorAction, ErrorInfo } from '../../../domain/errors';
import type { RunState } from '../../../shared/contract';
import { assertNever } from '../../assert-never';
import { Button } from '../../components/Button';
import { ErrorCard } from '../../components/ErrorCard';
import { goToField, openDialog, showPermissions, startRun } from '../../state/ui';
import { useSecondsLeft } from './use-seconds-left';
import { say } from '../../../text/say';

interface Props {
  readonly error: ErrorInfo;
  readonly run: RunState;
}

/** What went wrong with a run, with the button that helps. */
export function RunFailure({ error, run }: Props) {
  const secondsLeft = useSecondsLeft(run.retryNotBeforeMs);
  const waiting = error.action?.kind === 'retry' && secondsLeft > 0;
  return (
    <ErrorCard error={error}>
      {error.action === null ? null : (
        <Button
          disabled={waiting}
          onPress={() => {
            if (error.action !== null) act(error.action, run);
          }}
        >
          {waiting ? `${say(error.action.label)} in ${secondsLeft} s` : say(error.action.label)}
        </Button>
      )}
    </ErrorCard>
  );
}

function act(action: ErrorAction, run: RunState): void {
  switch (action.kind) {
    case 'retry':
      startRun(run.profileId, run.purpose);
      break;
    case 'edit-field':
      goToField(action.field);
      break;
    case 'open-permissions':
      showPermissions(true);
      break;
    case 'open-settings':
      openDialog('settings');
      break;
    default:
      assertNever(action);
  }
}
