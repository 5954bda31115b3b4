import type { Estimate } from './strength';

/** Longer ones are judged by their beginning: the estimate's time grows fast, and they are long enough. */
const JUDGED_LENGTH = 64;

/** Loads the dictionaries, which are large: only where a passphrase is chosen, and after the page is painted. */
export async function loadEstimator(): Promise<(passphrase: string) => Estimate> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const zxcvbn = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
  return (passphrase) => {
    const { guessesLog10, feedback } = zxcvbn.check(passphrase.slice(0, JUDGED_LENGTH), ['open', 'sesamy', 'sesame']);
    return { guessesLog10, warning: feedback.warning ?? '', suggestions: feedback.suggestions };
  };
}
