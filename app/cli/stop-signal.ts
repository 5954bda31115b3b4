/** Signals that mean "stop": a terminal's Ctrl-C, a service manager, and ssh letting go of its ProxyCommand. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborts when the process is told to stop. `release` puts the signals back. */
export function stopSignal(names: readonly NodeJS.Signals[] = STOP_SIGNALS): {
  readonly signal: AbortSignal;
  release(): void;
} {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    release() {
      for (const name of names) process.off(name, stop);
    },
  };
}
