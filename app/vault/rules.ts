/**
 * The name of the rules that profiles are checked with: a digest of the sources that make them. rules.test.ts computes
 * it and says when this line is behind. A vault that names other rules is checked profile by profile when it is opened.
 */
export const RULES = '838c1419bac2629b';
