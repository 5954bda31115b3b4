/** What stands before a program that needs a screen where there is none; Debian's xvfb-run makes a virtual one. */
export const VIRTUAL_SCREEN = ['xvfb-run', '-a', '-s', '-screen 0 1280x900x24'];

/** Whether this process has a screen, as every desktop but Linux's always has. */
export function hasScreen() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}
