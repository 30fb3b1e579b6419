import { MapperClient, operations, type QueryArguments } from '@network-mapper/api';
import { expect, test } from 'vitest';
import type { FieldTables } from './json-writer.ts';
import type { RootFields } from './operation.ts';

// What is checked here is checked by the compiler: a line below `@ts-expect-error` must not compile.

test('a misspelt field of the schema does not compile', () => {
  const good = { Intent: { count: () => 1 } } satisfies FieldTables;
  // @ts-expect-error -- Intent has no such field
  const misspelt = { Intent: { cuont: () => 1 } } satisfies FieldTables;
  // @ts-expect-error -- nor is there such a type
  const unknown = { Intnet: {} } satisfies FieldTables;
  expect([good, misspelt, unknown]).toHaveLength(3);
});

test('a root field that is misspelt, or missing, does not compile', () => {
  const health = { resolve: () => true };
  // @ts-expect-error -- all others are missing
  const missing: RootFields<QueryArguments> = { health };
  const misspelt: Partial<RootFields<QueryArguments>> = {
    // @ts-expect-error -- Query has no such field
    helath: health,
  };
  expect([missing, misspelt]).toHaveLength(2);
});

test('variables and answers of a document have the types of the schema', () => {
  const client = new MapperClient({ url: 'http://127.0.0.1:1', timeout: 1 });
  const typed = async (): Promise<void> => {
    const answer = await client.ask({ ...operations.intents, variables: { namespaces: ['shop'] } });
    if (answer.kind !== 'answered') return;
    const [intent] = answer.data.intents;
    const name: string | undefined = intent?.client.name;
    // @ts-expect-error -- the document does not ask for ports
    const ports: unknown = intent?.ports;
    // @ts-expect-error -- namespaces are texts
    await client.ask({ ...operations.intents, variables: { namespaces: [1] } });
    expect([name, ports]).toHaveLength(2);
  };
  expect(typed).toBeTypeOf('function');
});

test('a time is text where it is sent and a number where it was read', () => {
  const sent: operations.ReportTcpCaptureResultsVariables['results']['results'][number]['destinations'][number]['lastSeen'] =
    '2024-01-01T12:00:00Z';
  const read: QueryArguments['intents']['since'] = Date.parse(sent);
  // @ts-expect-error -- it was read already
  const wrong: QueryArguments['intents']['since'] = sent;
  expect(read).not.toBe(wrong);
});
