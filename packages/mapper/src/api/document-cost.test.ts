import { getIntrospectionQuery, parse } from 'graphql';
import { expect, test } from 'vitest';
import { documentExcess } from './document-cost.ts';

const excess = (text: string): string | undefined => documentExcess(parse(text));
const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

test('the usual introspection is within the budget', () => {
  const all = { descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true };
  expect(excess(getIntrospectionQuery({ ...all, schemaDescription: true, oneOf: true }))).toBeUndefined();
});

test('a field counts as often as fragments expand it, and one pass finds out', () => {
  expect(excess(`{ a { ...F } b { ...F } } fragment F on T { ${times(400, index => `f${index}`)} }`)).toBeUndefined();
  expect(
    excess(`{ a { ...F } b { ...F } c { ...F } } fragment F on T { ${times(400, index => `f${index}`)} }`),
  ).toContain('too much');
  const doubling = `{ ...F0 } ${times(40, index => `fragment F${index} on T { ...F${index + 1} ...F${index + 1} }`)} fragment F40 on T { f }`;
  expect(excess(doubling)).toContain('too much');
});

test('each field of the root counts as an answer of its own, also inside of fragments', () => {
  expect(excess(`{ ${times(100, index => `a${index}: f`)} }`)).toContain('too much');
  expect(excess(`{ ...F ... { g } } fragment F on Query { ${times(100, index => `a${index}: f`)} }`)).toContain(
    'too much',
  );
  expect(excess(`{ t { ${times(100, index => `a${index}: f`)} } }`)).toBeUndefined();
});

test('fragments that spread each other in a line are as deep as fields', () => {
  expect(
    excess(`{ ...F0 } ${times(60, index => `fragment F${index} on T { ...F${index + 1} }`)} fragment F60 on T { f }`),
  ).toContain('too deeply');
  expect(excess(`{ a ${'{ a '.repeat(50)} ${'}'.repeat(50)} }`)).toContain('too deeply');
});

test('a fragment that spreads itself ends', () => {
  expect(excess('{ ...A } fragment A on T { f ...B } fragment B on T { ...A }')).toBeUndefined();
});
