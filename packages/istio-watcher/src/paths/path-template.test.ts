import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toPathTemplate } from './path-template.ts';

test.each([
  ['/users/7', '/users/{id}'],
  ['/users/7/orders/0012', '/users/{id}/orders/{id}'],
  ['/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301', '/users/{id}'],
  ['/users/3F2504E0-4F89-11D3-9A0C-0305E82C3301/', '/users/{id}/'],
  ['/blobs/507f1f77bcf86cd799439011', '/blobs/{id}'],
  ['/days/2026-11-28', '/days/{id}'],
  ['/at/2026-11-28T10:00:00Z/x', '/at/{id}/x'],
  ['/at/2026-11-28T10:00:00.123+02:00', '/at/{id}'],
])('%s is one of the paths %s', (path, template) => {
  expect(toPathTemplate(path)).toBe(template);
});

test.each([
  '/',
  '/v1.2/items.json',
  '/v1/items',
  '/api/2fa',
  '/deadbeef',
  '/faceadefacedbeefed',
  '/a%2F7',
  '/caf%C3%A9',
  '/1.5',
  '*',
  '',
])('%s stays as it is', path => {
  expect(toPathTemplate(path)).toBe(path);
});

test('a template is its own template, whatever the path', () => {
  const segment = fc.oneof(fc.nat().map(String), fc.uuid(), fc.string(), fc.constant('v1'));
  fc.assert(
    fc.property(fc.array(segment), segments => {
      const template = toPathTemplate(`/${segments.join('/')}`);
      expect(toPathTemplate(template)).toBe(template);
    }),
  );
});
