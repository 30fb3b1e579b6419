import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, test } from 'vitest';
import { adjacentPrimitives } from './adjacent-primitives.ts';

RuleTester.describe = describe;
RuleTester.it = test;

const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });
const wrong = (code: string, data: { readonly first: string; readonly second: string; readonly type: string }) => ({
  code,
  errors: [{ messageId: 'adjacent', data }],
});

tester.run('two parameters of one primitive type side by side', adjacentPrimitives, {
  valid: [
    'function f(a: string, b: number, c: string) {}',
    'function f({ a, b }: { readonly a: string; readonly b: string }) {}',
    'const compare = (a, b) => a - b;',
    'function digits(bytes: Buffer, start: number, end: number) {}',
    'type Call = (name: string, items: readonly string[]) => void;',
  ],
  invalid: [
    wrong('function f(from: string, to: string) {}', { first: 'from', second: 'to', type: 'string' }),
    wrong('class C { constructor(wide: boolean, short = false) {} }', {
      first: 'wide',
      second: 'short',
      type: 'boolean',
    }),
    wrong('const f = (x: string, at: number, until?: number) => x;', { first: 'at', second: 'until', type: 'number' }),
    wrong('interface I { place(x: number, y: number): void }', { first: 'x', second: 'y', type: 'number' }),
    wrong('type Place = (x: bigint, y: bigint) => void;', { first: 'x', second: 'y', type: 'bigint' }),
  ],
});
