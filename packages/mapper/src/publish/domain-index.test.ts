import { expect, test } from 'vitest';
import { DomainIndex, toPattern } from './domain-index.ts';

test('a name finds the objects that name it, or a wildcard over it, until they name it no more', () => {
  const index = new DomainIndex();
  const keysOf = (name: string) => [...index.matching(name)].flatMap(({ keys }) => [...keys]);
  index.change('shop/web', [], ['A.Example.com.', '*.example.com']);
  index.change('shop/cart', [], ['a.example.com']);
  expect(keysOf('a.example.com')).toEqual(['shop/web', 'shop/cart', 'shop/web']);
  expect(keysOf('b.example.com')).toEqual(['shop/web']);
  expect(keysOf('example.com')).toEqual([]);
  index.change('shop/web', ['A.Example.com.', '*.example.com'], []);
  expect(keysOf('a.example.com')).toEqual(['shop/cart']);
  expect(index.has(toPattern('*.Example.com'))).toBe(false);
});
