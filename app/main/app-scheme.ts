import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { protocol } from 'electron';
import { fileOf, SCHEME } from './app-url';

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
