import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ESLint } from 'eslint';
import { beforeAll, expect, test } from 'vitest';
import { layers } from '../../scripts/eslint/layers.ts';

const root = join(import.meta.dirname, '../..');
const packages = globSync('packages/*/package.json', { cwd: root }).map(path => basename(join(path, '..')));
let eslint: ESLint;

beforeAll(() => {
  eslint = new ESLint({
    cwd: root,
    // The rules that need no types: files that exist lend their names to the snippets.
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => /no-restricted-(imports|properties|globals|syntax)$/.test(ruleId),
  });
});

async function complaints({
  file,
  code,
}: {
  readonly file: string;
  readonly code: string;
}): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  return (result?.messages ?? []).map(({ message }) => message);
}

const programs = ['mapper', 'sniffer', 'kafka-watcher', 'cli'];
const between = programs.flatMap(from => programs.filter(to => to !== from).map(to => [from, to] as const));

test.each(between)('%s must not import %s, another program', async (from, to) => {
  const code = `import '@network-mapper/${to}';`;
  expect(await complaints({ file: `packages/${from}/src/main.ts`, code })).toEqual([
    expect.stringMatching(`${from} may import only .*: .*`),
  ]);
});

test.each([
  ['model', 'api'],
  ['runtime', 'model'],
  ['kube', 'model'],
  ['sniffer', 'kube'],
  ['packets', 'pcap'],
  ['pcap', 'runtime'],
])('%s must not import %s', async (from, to) => {
  const code = `import '@network-mapper/${to}';`;
  expect(await complaints({ file: `packages/${from}/src/index.ts`, code })).not.toEqual([]);
});

test.each([
  ['store', 'resolve/resolver.ts'],
  ['resolve', 'store/edge-store.ts'],
  ['cluster', 'ingest/intake.ts'],
  ['ingest', 'api/queries.ts'],
  ['publish', 'resolve/resolver.ts'],
])('in the mapper, %s must not import %s', async (stage, module) => {
  const code = `import '../${module}';`;
  expect(await complaints({ file: `packages/mapper/src/${stage}/${stage}.ts`, code })).toEqual([
    expect.stringContaining(`${stage} must not import`),
  ]);
});

test.each([
  ['packets', 'decode', 'dns.ts', '../collect/collector.ts'],
  ['packets', 'capture', 'frame.ts', '../collect/collector.ts'],
  ['packets', 'collect/dns', 'lookups.ts', '../tcp/tcp-opens.ts'],
  ['packets', 'collect/tcp', 'tcp-opens.ts', '../dns/lookups.ts'],
  ['sniffer', 'procfs', 'pod-uid.ts', '../capture/live-source.ts'],
  ['sniffer', 'capture', 'live-source.ts', '../collect/sockets/recent-syns.ts'],
])('in %s, %s must not import another stage or kind of evidence', async (name, stage, file, module) => {
  const code = `import '${module}';`;
  expect(await complaints({ file: `packages/${name}/src/${stage}/${file}`, code })).toEqual([
    expect.stringContaining(`${stage} must not import`),
  ]);
});

test.each([
  ['kube', 'koffi', 'Only pcap imports koffi'],
  ['mapper', '@kubernetes/client-node/dist/config.js', 'Only kube imports @kubernetes/client-node'],
  ['sniffer', 'node:timers/promises', "Timers are runtime's"],
])('%s must not import %s', async (name, module, problem) => {
  const code = `import '${module}';`;
  expect(await complaints({ file: `packages/${name}/src/index.ts`, code })).toEqual([expect.stringContaining(problem)]);
});

test.each([
  ['setTimeout(work, 10);', "Timers are runtime's"],
  ['const at = Date.now();', "Clocks are runtime's"],
  ['const at = performance.now();', "Clocks are runtime's"],
  ['const at = new Date();', "Clocks are runtime's"],
])('timers and clocks are taken from runtime alone: %s', async (code, problem) => {
  expect(await complaints({ file: 'packages/kube/src/index.ts', code })).toEqual([expect.stringContaining(problem)]);
  expect(await complaints({ file: 'packages/runtime/src/index.ts', code })).toEqual([]);
});

test.each(['node:fs', '@network-mapper/runtime', 'yaml'])('what decodes bytes must not import %s', async module => {
  const code = `import '${module}';`;
  for (const name of ['packets', 'kube'])
    expect(await complaints({ file: `packages/${name}/src/decode/decoder.ts`, code })).not.toEqual([]);
});

test('a command of the command line must not import another', async () => {
  const code = "import '../commands/list.ts';";
  expect(await complaints({ file: 'packages/cli/src/commands/reset.ts', code })).toHaveLength(1);
});

test('every import that is allowed is used', () => {
  const unused = Object.entries(layers).flatMap(([name, { may }]) => {
    const sources = globSync(`packages/${name}/src/**/*.ts`, { cwd: root, exclude: path => path.endsWith('.test.ts') });
    const text = sources.map(path => readFileSync(join(root, path), 'utf8')).join('\n');
    return may.filter(other => !text.includes(`'@network-mapper/${other}'`)).map(other => `${name} -> ${other}`);
  });
  expect(unused).toEqual([]);
  expect(Object.keys(layers).toSorted()).toEqual(packages.toSorted());
});

test('only main.ts reads the environment', async () => {
  const code = 'console.log(process.env.HOME);';
  expect(await complaints({ file: 'packages/mapper/src/mapper.ts', code })).toEqual([
    expect.stringContaining('Only main.ts reads the environment'),
  ]);
  expect(await complaints({ file: 'packages/mapper/src/main.ts', code })).toEqual([]);
});

test('what is allowed is not complained about', async () => {
  const code = "import '@network-mapper/model'; import '../store/edge-store.ts';";
  expect(await complaints({ file: 'packages/mapper/src/ingest/intake.ts', code })).toEqual([]);
});

test.each(packages)('%s has a layer', async name => {
  const code = "import '@network-mapper/nothing';";
  expect(await complaints({ file: `packages/${name}/src/index.ts`, code })).toEqual([
    expect.stringContaining(`${name} may import only`),
  ]);
});
