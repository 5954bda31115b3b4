import { useEffect, useEffectEvent } from 'react';

interface Options {
  /** Also while a dialog is open. */
  readonly everywhere?: boolean;
}

/** Calls back for Ctrl (on a Mac: Command) with this key, wherever the focus is, except behind an open dialog. */
export function useShortcut(key: string, action: () => void, { everywhere = false }: Options = {}): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.key.toLowerCase() !== key.toLowerCase()) return;
    event.preventDefault();
    // What has the focus must not act on the same key: Enter would press a button a second time.
    event.stopPropagation();
    if (everywhere || document.querySelector('[role="dialog"], [role="alertdialog"]') === null) action();
  });
  useEffect(() => {
    // Captured, because lists and text fields use some of these keys themselves.
    window.addEventListener('keydown', onKey, { capture: true });
    return () => {
      window.removeEventListener('keydown', onKey, { capture: true });
    };
  }, []);
}
