import { expect, test } from 'vitest';
import { jsonExcess } from './json-limits.ts';

const excess = (text: string): string | undefined => jsonExcess(Buffer.from(text));

test.each(['', '{}', '{"a":"[[[[{{{{,,,,\\"[[[["}', '"\\\\"', `${'['.repeat(64)}${']'.repeat(64)}`])(
  '%s may be parsed',
  text => {
    expect(excess(text)).toBeUndefined();
  },
);

test('brackets, braces and commas count outside of strings, whatever comes before them', () => {
  expect(excess('['.repeat(65))).toContain('deeper than 64');
  expect(excess('{"a":'.repeat(65))).toContain('deeper than 64');
  expect(excess(`"\\\\"${'['.repeat(65)}`)).toContain('deeper than 64');
  expect(excess(`[${'[],'.repeat(33_000)}[]]`)).toContain('more than 65000');
  expect(excess(`"${'[],'.repeat(33_000)}"`)).toBeUndefined();
});
