import { join, normalize, sep } from 'node:path';

/** The page's own scheme, in place of file:// (Electron's security checklist). */
export const SCHEME = 'app';
const ORIGIN = `${SCHEME}://sesamy`;

export const START_URL = `${ORIGIN}/index.html`;

export function isAppUrl(url: string): boolean {
  return url === ORIGIN || url.startsWith(`${ORIGIN}/`);
}

/** The file behind a URL of ours, or null when it names nothing inside the folder. */
export function fileOf(folder: string, url: string): string | null {
  if (!isAppUrl(url)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(url).pathname);
  } catch {
    return null;
  }
  const file = normalize(join(folder, path));
  return file.startsWith(folder + sep) && !file.includes('\0') ? file : null;
}
