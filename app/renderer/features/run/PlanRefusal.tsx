import { refusalInfo } from '../../../domain/plan/refusal';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import { say } from '../../../text/say';
import { Button } from '../../components/Button';
import { ErrorCard } from '../../components/ErrorCard';
import { goToField } from '../../state/ui';

/** Why the profile cannot be knocked with as it is, with the way to what has to be changed. */
export function PlanRefusal({ refusal }: { readonly refusal: NonNullable<KnockPlan['refusal']> }) {
  const error = refusalInfo(refusal);
  const { field } = refusal;
  return (
    <ErrorCard error={error}>
      {field === null || error.action === null ? null : (
        <Button
          onPress={() => {
            goToField(field);
          }}
        >
          {say(error.action.label)}
        </Button>
      )}
    </ErrorCard>
  );
}
