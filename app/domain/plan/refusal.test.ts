import { expect, it } from 'vitest';
import { text } from '../../text/text';
import { refusalInfo } from './refusal';

it('is the error that leads to the field', () => {
  const refusal = { cause: text('knock.cancelled'), steps: [text('advice.service')], field: 'mode.seed' };
  expect(refusalInfo(refusal)).toMatchObject({
    code: 'knock-refused',
    cause: refusal.cause,
    steps: refusal.steps,
    action: { kind: 'edit-field', field: 'mode.seed' },
  });
});

it('has the advice of its kind and no button where it names none', () => {
  const info = refusalInfo({ cause: text('knock.cancelled'), steps: [], field: null });
  expect(info.action).toBeNull();
  expect(info.steps).toEqual([text('advice.settings')]);
});
