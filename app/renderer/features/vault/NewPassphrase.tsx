import { useDeferredValue, useEffect, useId, useMemo, useState } from 'react';
import { PassphraseInput } from '../../components/PassphraseInput';
import { cx } from '../../components/cx';
import { attempt } from '../../client';
import { loadEstimator } from './estimator';
import { strengthOf } from './strength';
import type { Estimate } from './strength';
import styles from './NewPassphrase.module.css';

/** A passphrase that is being chosen, typed twice. */
export interface NewPassphraseState {
  readonly first: string;
  readonly second: string;
  /** Someone wanted to go on with it: what is wrong is shown. */
  readonly tried: boolean;
}

export const NO_PASSPHRASE: NewPassphraseState = { first: '', second: '', tried: false };

/** Why this passphrase cannot be used, by field. */
function problemsOf({ first, second }: NewPassphraseState): {
  readonly first: string | null;
  readonly second: string | null;
} {
  return {
    first: first === '' ? 'Type a passphrase.' : null,
    second: first === '' || first === second ? null : 'The two are not the same.',
  };
}

export function isUsable(state: NewPassphraseState): boolean {
  const problems = problemsOf(state);
  return problems.first === null && problems.second === null;
}

interface Props {
  readonly state: NewPassphraseState;
  readonly onChange: (state: NewPassphraseState) => void;
  /** For example "Passphrase of the bundle". */
  readonly label?: string;
  readonly readOnly?: boolean;
  readonly autoFocus?: boolean;
}

/** Two fields for a new passphrase, with an estimate of how long it would hold. */
export function NewPassphrase({ state, onChange, label = 'Passphrase', readOnly = false, autoFocus }: Props) {
  const [shown, setShown] = useState(false);
  const id = useId();
  const problems = problemsOf(state);
  return (
    <div className={styles['fields']}>
      <PassphraseInput
        label={label}
        value={state.first}
        onChange={(first) => {
          onChange({ ...state, first });
        }}
        shown={shown}
        onShow={setShown}
        problem={state.tried ? problems.first : null}
        readOnly={readOnly}
        describedBy={id}
        {...(autoFocus === undefined ? {} : { autoFocus })}
      />
      <StrengthLine id={id} passphrase={state.first} />
      <PassphraseInput
        label={`${label} again`}
        value={state.second}
        onChange={(second) => {
          onChange({ ...state, second });
        }}
        shown={shown}
        problem={state.tried ? problems.second : null}
        readOnly={readOnly}
      />
    </div>
  );
}

/** Of the scale, by level. The word beside it says the same. */
const COLOURS = ['bad', 'bad', 'fair', 'good', 'good'] as const;

type Estimator = (passphrase: string) => Estimate;

function useEstimator(): Estimator | 'loading' | 'missing' {
  const [estimator, setEstimator] = useState<{ readonly of: Estimator | 'loading' | 'missing' }>({ of: 'loading' });
  useEffect(() => {
    let wanted = true;
    attempt(
      async () => {
        const loaded = await loadEstimator();
        if (wanted) setEstimator({ of: loaded });
      },
      () => {
        if (wanted) setEstimator({ of: 'missing' });
      },
    );
    return () => {
      wanted = false;
    };
  }, []);
  return estimator.of;
}

function StrengthLine({ id, passphrase }: { readonly id: string; readonly passphrase: string }) {
  const estimator = useEstimator();
  // Typing does not wait for the estimate.
  const judged = useDeferredValue(passphrase);
  const strength = useMemo(
    () => (judged === '' || typeof estimator === 'string' ? null : strengthOf(estimator(judged))),
    [estimator, judged],
  );
  const words =
    estimator === 'missing'
      ? 'How strong it is cannot be estimated.'
      : 'Four or more words that have nothing to do with each other are strong and can be remembered.';
  return (
    <div className={styles['strength']}>
      <span className={styles['scale']} aria-hidden="true">
        {[0, 1, 2, 3, 4].map((step) => (
          <span
            key={step}
            className={cx(
              styles['step'],
              strength !== null && step <= strength.level && styles[COLOURS[strength.level]],
            )}
          />
        ))}
      </span>
      <p id={id} role="status" aria-label="Strength" className={styles['words']}>
        {strength === null ? (
          words
        ) : (
          <>
            <b>{strength.word}.</b> {strength.reason}
          </>
        )}
      </p>
    </div>
  );
}
