import { useState } from 'react';
import { VisuallyHidden } from 'react-aria-components';
import { attempt } from '../client';
import { showFailure } from '../state/ui';
import { Button } from './Button';

interface Props {
  readonly text: string;
  /** What is copied: the button's accessible name, for example "Copy log". */
  readonly label: string;
  readonly look?: 'plain' | 'quiet';
}

/** Copies `text` and says so until there is another text to copy. */
export function CopyButton({ text, label, look = 'quiet' }: Props) {
  const [copied, setCopied] = useState<string | null>(null);
  const done = copied === text && text !== '';
  const copy = (): void => {
    attempt(async () => {
      await navigator.clipboard.writeText(text);
      setCopied(text);
    }, showFailure);
  };
  return (
    <>
      <Button look={look} label={label} disabled={text === ''} onPress={copy}>
        {done ? 'Copied' : 'Copy'}
      </Button>
      <VisuallyHidden role="status">{done ? 'Copied' : ''}</VisuallyHidden>
    </>
  );
}
