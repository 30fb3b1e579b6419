import { afterAll, beforeAll, expect, test } from 'vitest';
import { AttackedMapper, longestTurn } from './attacked-mapper.ts';
import { hostileDocuments, multipliedAliases } from './hostile-documents.ts';

let mapper: AttackedMapper;
beforeAll(async () => {
  mapper = await AttackedMapper.start();
});
afterAll(() => mapper[Symbol.asyncDispose]());

test.each(hostileDocuments)(
  '$title: the mapper answers at once, and the next query too',
  async ({ query, statuses }) => {
    const before = mapper.output();
    const { status, text } = await mapper.post({ query });
    expect(statuses).toContain(status);
    if (status !== 200) expect(text.length).toBeLessThan(40_000);
    await mapper.assertAnswers();
    const { longestTurn: turn, resident } = await mapper.damage();
    expect(turn).toBeLessThan(longestTurn);
    expect(resident).toBeLessThan(256 * 2 ** 20);
    // Nobody can fill the log.
    expect(mapper.output()).toBe(before);
  },
);

test('documents of a query string are held to the same budget', async () => {
  expect(await mapper.get(multipliedAliases(60))).toBe(422);
  await mapper.assertAnswers();
});

test('three hundred different documents of the greatest cost leave no more behind than one', async () => {
  const document = (run: number): string =>
    `{ intents(namespaces: "none") { ${Array.from({ length: 1_200 }, (_, index) => `r${run}_${index}: type`).join(' ')} } }`;
  for (let run = 0; run < 300; run += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => mapper.post({ query: document(run + index) })));
  }
  await mapper.assertAnswers();
  const { resident } = await mapper.damage();
  expect(resident).toBeLessThan(256 * 2 ** 20);
}, 120_000);

test('all hostile documents at the same time do not hold up the others', async () => {
  const replies = await Promise.all(
    hostileDocuments.flatMap(({ query }) => [mapper.post({ query }), mapper.post({ query })]),
  );
  expect(replies.filter(({ status }) => ![200, 422, 503].includes(status))).toEqual([]);
  await mapper.assertAnswers();
  expect((await mapper.damage()).longestTurn).toBeLessThan(longestTurn);
});
