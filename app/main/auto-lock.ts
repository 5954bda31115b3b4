import { powerMonitor } from 'electron';
import type { Settings } from '../shared/contract';

/** How often the idle time is looked at, in milliseconds: the lock comes at most this much late. */
const LOOK_EVERY_MS = 5000;

interface AutoLockDependencies {
  readonly settings: () => Settings;
  readonly isOpen: () => boolean;
  readonly lock: () => void;
}

/** Locks after idle, on sleep and when the screen is locked, as the settings say. Only after the app is ready. */
export function startAutoLock({ settings, isOpen, lock }: AutoLockDependencies): void {
  const lockIf = (wanted: boolean): void => {
    if (wanted && isOpen()) lock();
  };
  powerMonitor.on('suspend', () => {
    lockIf(settings().lockOnSleep);
  });
  powerMonitor.on('lock-screen', () => {
    lockIf(settings().lockOnScreenLock);
  });
  const timer = setInterval(() => {
    const minutes = settings().lockAfterMinutes;
    lockIf(minutes !== null && powerMonitor.getSystemIdleTime() >= minutes * 60);
  }, LOOK_EVERY_MS);
  timer.unref();
}
