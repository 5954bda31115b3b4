import { describe, expect, it } from 'vitest';
import { eitherSignal } from './clock';

describe('eitherSignal', () => {
  it.each([0, 1])('is aborted with either of two (%i)', (which) => {
    const controllers = [new AbortController(), new AbortController()];
    const { signal } = eitherSignal(...controllers.map((controller) => controller.signal));
    expect(signal.aborted).toBe(false);
    controllers[which]?.abort();
    expect(signal.aborted).toBe(true);
  });

  it('is aborted from the beginning where one of them is, and not any more once it is let go of', () => {
    expect(eitherSignal(new AbortController().signal, AbortSignal.abort()).signal.aborted).toBe(true);
    const controller = new AbortController();
    const { signal, release } = eitherSignal(controller.signal);
    release();
    controller.abort();
    expect(signal.aborted).toBe(false);
  });
});
