import { expect, test } from 'vitest';
import { acceptedForm } from './answer-form.ts';

test.each([
  [undefined, 'original'],
  ['*/*', 'original'],
  ['application/json', 'original'],
  ['application/json, text/plain, */*', 'original'],
  ['application/graphql-response+json', 'graphql-response'],
  ['application/graphql-response+json; charset=utf-8, application/json', 'graphql-response'],
  ['application/graphql-response+json;q=0.5, application/json', 'original'],
  ['application/json;q=0.5, Application/GraphQL-Response+JSON', 'graphql-response'],
  ['application/graphql-response+json;q=0', 'original'],
])('who accepts %s is answered in the form "%s"', (accept, form) => {
  expect(acceptedForm(accept)).toBe(form);
});
