import { useEffect, useState } from 'react';

/** How often a clock on the screen moves: with every frame, every so many milliseconds, or not at all. */
export type Pace = 'frame' | number | 'still';

/** Wall-clock time in milliseconds since 1970, at this pace. Those who asked for less motion get steps, no glide. */
export function useNow(pace: Pace): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (pace === 'still') return;
    const tick = (): void => {
      setNow(Date.now());
    };
    tick();
    if (pace !== 'frame' || window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      const timer = setInterval(tick, pace === 'frame' ? 500 : pace);
      return () => {
        clearInterval(timer);
      };
    }
    let frame = requestAnimationFrame(function next() {
      tick();
      frame = requestAnimationFrame(next);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [pace]);
  return now;
}
