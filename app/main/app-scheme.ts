import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

/** The page's own scheme, in place of file:// (Electron's security checklist). */
const SCHEME = 'app';
const ORIGIN = `${SCHEME}://sesamy`;

export const START_URL = `${ORIGIN}/index.html`;

/** Deny by default; each allowance carries its reason. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'", // our one bundle
  "style-src 'self'", // our one style sheet
  "img-src 'self' data:", // small icons that the bundler puts inline
  "font-src 'self'", // no font is fetched from elsewhere
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

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

/** Serves the renderer's folder, and nothing outside it. */
export function serveAppScheme(folder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const file = fileOf(folder, request.url);
    const type = file === null ? undefined : TYPES[extname(file)];
    if (file === null || type === undefined || request.method !== 'GET') return new Response(null, { status: 404 });
    try {
      return new Response(await readFile(file), {
        headers: {
          'content-type': type,
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
        },
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}
