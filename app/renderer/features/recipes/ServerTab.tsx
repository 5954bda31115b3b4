import { useEffect, useState } from 'react';
import { toErrorInfo } from '../../../domain/errors';
import type { ErrorInfo } from '../../../domain/errors';
import type { Recipe } from '../../../domain/modes/recipe';
import type { Profile } from '../../../domain/profile/profile';
import { request } from '../../client';
import { Button } from '../../components/Button';
import { Card } from '../../components/Card';
import { CopyButton } from '../../components/CopyButton';
import { ErrorCard } from '../../components/ErrorCard';
import { focusField, perform, showBar, showTab, touchField } from '../../state/ui';
import form from '../editor/form.module.css';
import styles from './ServerTab.module.css';
import { say } from '../../../text/say';

type Answer = { readonly recipes: readonly Recipe[] } | { readonly error: ErrorInfo };

/** What main has for the profile; null while it looks up the host. */
function useRecipes(profile: Profile): Answer | null {
  const [answer, setAnswer] = useState<{ readonly profile: Profile; readonly answer: Answer } | null>(null);
  useEffect(() => {
    let wanted = true;
    const take = (got: Answer): void => {
      if (wanted) setAnswer({ profile, answer: got });
    };
    request('recipe.get', { profileId: profile.id }).then(
      (recipes) => {
        take({ recipes });
      },
      (thrown: unknown) => {
        take({ error: toErrorInfo(thrown) });
      },
    );
    return () => {
      wanted = false;
    };
  }, [profile]);
  return answer?.profile === profile ? answer.answer : null;
}

interface Props {
  readonly profile: Profile;
  /** The editor holds something that the profile does not have yet. */
  readonly unsaved: boolean;
}

/** The server's side of the knock, to copy or to save. */
export function ServerTab({ profile, unsaved }: Props) {
  const answer = useRecipes(profile);
  return (
    <div className={form['stack']}>
      <p role="status" aria-label="State of the recipe" className={styles['note']}>
        {answer === null
          ? `Looking up ${profile.host}…`
          : unsaved
            ? 'This is for the profile as it was saved; your changes are not in it yet.'
            : 'What the server needs to be opened by this profile. Whoever can read it can open the port.'}
      </p>
      {answer === null ? null : 'error' in answer ? (
        <RecipeFailure error={answer.error} />
      ) : (
        answer.recipes.map((recipe, index) => (
          <RecipeCard key={recipe.fileName} recipe={recipe} index={index} profileId={profile.id} />
        ))
      )}
    </div>
  );
}

function RecipeFailure({ error }: { readonly error: ErrorInfo }) {
  const { action } = error;
  return (
    <ErrorCard error={error}>
      {action?.kind === 'edit-field' ? (
        <Button
          onPress={() => {
            showTab('edit');
            touchField(action.field);
            focusField(action.field);
          }}
        >
          {say(action.label)}
        </Button>
      ) : null}
    </ErrorCard>
  );
}

function RecipeCard({
  recipe,
  index,
  profileId,
}: {
  readonly recipe: Recipe;
  readonly index: number;
  readonly profileId: string;
}) {
  const save = (): void => {
    perform(async () => {
      const { file } = await request('recipe.save', { profileId, index });
      if (file !== null) showBar({ kind: 'note', text: `Saved ${file}` });
    });
  };
  return (
    <Card
      title={recipe.title}
      extra={
        <div className={styles['buttons']}>
          <CopyButton text={recipe.text} label={`Copy ${recipe.title}`} look="plain" />
          <Button label={`Save ${recipe.title}`} onPress={save}>
            Save…
          </Button>
        </div>
      }
    >
      <div className={styles['recipe']}>
        <p className={styles['description']}>{recipe.description}</p>
        <pre className={styles['code']} tabIndex={0} aria-label={recipe.fileName} role="region">
          <code>{recipe.text}</code>
        </pre>
        <p className={styles['load']}>
          On the server, as root: <code>{recipe.load}</code>
        </p>
      </div>
    </Card>
  );
}
