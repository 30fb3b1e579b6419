import { expect, test } from 'vitest';
import { ignoredOptions, ignoredButRequested } from './ignored-options.ts';
import { mapperOptions } from './options.ts';

test('an option either does something or is accepted, and is logged once', () => {
  const names = [...Object.values(mapperOptions), ...ignoredOptions].map(({ env }) => env);
  expect(new Set(names).size).toBe(names.length);
});

test.for([
  ['true', 1],
  ['T', 1],
  ['false', 0],
  ['perhaps', 0],
  ['', 0],
] as const)('Istio collection set to "%s"', ([value, logged]) => {
  expect(ignoredButRequested({ OTTERIZE_ENABLE_ISTIO_COLLECTION: value })).toHaveLength(logged);
});

test('the defaults of the original’s chart ask for nothing else', () => {
  expect(
    ignoredButRequested({ OTTERIZE_TELEMETRY_ENABLED: 'true', OTTERIZE_CREATE_WEBHOOK_CERTIFICATE: 'true' }),
  ).toEqual([]);
});
