import { app, session } from 'electron';
import { isAppUrl } from './app-url';

/** What a page may do beyond drawing itself. Deny by default; each allowance carries its reason. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set([
  'clipboard-sanitized-write', // the Copy buttons
]);

/** Must run before the app is ready. */
export function hardenBeforeReady(): void {
  app.enableSandbox();
  app.on('web-contents-created', (_created, contents) => {
    contents.on('will-navigate', (event) => {
      event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/** Must run when the app is ready, before the first window. */
export function hardenSession(): void {
  const own = session.defaultSession;
  own.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(ALLOWED_PERMISSIONS.has(permission) && isAppUrl(details.requestingUrl));
  });
  own.setPermissionCheckHandler(
    (_contents, permission, origin) => ALLOWED_PERMISSIONS.has(permission) && isAppUrl(origin.replace(/\/$/, '')),
  );
  own.setDevicePermissionHandler(() => false);
  own.webRequest.onBeforeRequest((details, callback) => {
    // The page speaks to nobody: everything it needs comes from its own scheme. The developer tools have theirs.
    callback({ cancel: !isAppUrl(details.url) && !details.url.startsWith('devtools:') });
  });
}
