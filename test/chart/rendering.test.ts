import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { chart, helm, rendered } from './helm.ts';
import { valueSets } from './value-sets.ts';

const here = (path: string) => join(import.meta.dirname, path);
const argumentsOf = (args: readonly string[]) => args.map(arg => (arg.startsWith('fixtures/') ? here(arg) : arg));

test('helm lint has nothing against the chart', async () => {
  const { code, stdout } = await helm('lint', '--strict', chart);
  expect(stdout).not.toMatch(/WARNING|ERROR/);
  expect(code).toBe(0);
});

test.each(Object.entries(valueSets))('what is rendered with %s is what was looked at', async (name, args) => {
  const text = await rendered(...argumentsOf(args));
  await expect(text).toMatchFileSnapshot(here(`rendered/${name}.yaml`));
  for (const document of parseAllDocuments(text)) {
    if ('errors' in document) expect(document.errors).toEqual([]);
  }
});

test('the version is that of the workspace, for the chart and its images', async () => {
  const { version } = JSON.parse(await readFile(here('../../package.json'), 'utf8')) as { version: string };
  const text = await readFile(join(chart, 'Chart.yaml'), 'utf8');
  expect(text).toContain(`\nversion: ${version}\n`);
  expect(text).toContain(`\nappVersion: ${version}\n`);
  expect(text).toContain(`network-mapper-sniffer:${version}\n`);
});

test('metrics that alerts and the dashboard ask for are those that the programs have', async () => {
  const known = await readFile(here('../../docs/metrics.md'), 'utf8');
  for (const file of ['files/alerts.yaml', 'files/dashboard.json']) {
    const text = await readFile(join(chart, file), 'utf8');
    const asked = text.match(/\b(mapper|sniffer|dns|tcp|socketscan)_[a-z_]+/g) ?? [];
    expect(asked.length).toBeGreaterThan(3);
    for (const metric of asked) expect(known).toContain(`\`${metric}\``);
  }
});
