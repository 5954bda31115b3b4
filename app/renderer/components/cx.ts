/** Joins class names; what is missing or false is left out. */
export function cx(...names: readonly (string | undefined | false)[]): string {
  return names.filter((name) => name !== undefined && name !== false).join(' ');
}
