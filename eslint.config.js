import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Which packages of ours each package may import, and why no others: the layers of docs/architecture.md. */
const layers = {
  model: { may: [], because: 'the vocabulary knows nobody: everything else is built on it' },
  api: { may: ['model'], because: 'the contract must run in a browser too' },
  runtime: { may: [], because: 'what every process does knows neither intents nor Kubernetes' },
  kube: { may: ['runtime'], because: 'the cluster as records knows neither identities nor intents' },
  pcap: { may: [], because: 'bytes out, nothing else' },
  reporting: { may: ['api', 'model', 'runtime'], because: "an agent's half does not know where sightings come from" },
  mapper: { may: ['api', 'kube', 'model', 'runtime'], because: 'deployed programs never import each other' },
  sniffer: {
    may: ['api', 'model', 'pcap', 'reporting', 'runtime'],
    because: 'the sniffer knows nothing of Kubernetes',
  },
  cli: { may: ['api', 'kube', 'model', 'runtime'], because: 'the command line talks to the mapper by its API only' },
  sandbox: { may: ['api', 'model', 'runtime', 'testkit'], because: 'the sandbox starts the programs as processes' },
  testkit: { may: ['api', 'model', 'runtime'], because: 'test parts must not depend on the parts that they test' },
};

/** Folders of the mapper that must not import each other: facts travel api -> ingest -> resolve -> store, never back. */
const mapperStages = [
  {
    from: 'store',
    banned: ['api', 'ingest', 'resolve', 'cluster', 'publish'],
    because: 'the store keeps edges; it does not ask where they come from',
  },
  {
    from: 'resolve',
    banned: ['api', 'ingest', 'store', 'cluster', 'publish'],
    because: 'resolution declares the lookups it needs; the cluster answers them',
  },
  {
    from: 'cluster',
    banned: ['api', 'ingest', 'store', 'publish'],
    because: 'the view of the cluster knows no traffic',
  },
  { from: 'ingest', banned: ['api', 'publish'], because: 'facts never travel back to the door' },
  {
    from: 'publish',
    banned: ['api', 'ingest', 'resolve', 'cluster'],
    because: 'what is told to others is what is in the store',
  },
];

/** Folders of kube: an answer is decoded without knowing where it came from, connections know nothing of lists. */
const kubeStages = [
  {
    from: 'decode',
    banned: ['access', 'watch', 'channels', 'lookup'],
    because: 'bytes become members, whoever sent them',
  },
  { from: 'access', banned: ['watch', 'channels', 'lookup'], because: 'a connection knows no kinds of objects' },
  { from: 'watch', banned: ['channels', 'lookup'], because: 'a collection needs lists and watches only' },
];

/** Folders of the sniffer: bytes are decoded without knowing who wants them; a kind of evidence knows no other. */
const snifferStages = [
  {
    from: 'decode',
    banned: ['capture', 'collect', 'procfs'],
    because: 'bytes become a packet or a reason, whoever wants it',
  },
  { from: 'procfs', banned: ['capture', 'collect'], because: 'files become records, whoever reads them' },
  { from: 'capture', banned: ['collect', 'procfs'], because: 'frames are handed over, whoever takes them' },
  { from: 'collect/dns', banned: ['tcp', 'sockets'], because: 'a kind of evidence knows no other' },
  { from: 'collect/tcp', banned: ['dns', 'sockets'], because: 'a kind of evidence knows no other' },
  { from: 'collect/sockets', banned: ['dns', 'tcp'], because: 'a kind of evidence knows no other' },
];

const importRules = Object.entries(layers).map(([name, { may, because }]) => ({
  files: [`packages/${name}/src/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^@network-mapper/(?!(${[...may, name].join('|')})$)`,
            message: `${name} may import only ${may.join(', ') || 'nothing of ours'}: ${because}.`,
          },
          { regex: '^\\.\\./\\.\\./(\\.\\./)*[a-z-]+/src', message: 'Import another package by its name.' },
        ],
      },
    ],
  },
}));

const stages = [
  ...mapperStages.map(stage => ({ ...stage, name: 'mapper' })),
  ...kubeStages.map(stage => ({ ...stage, name: 'kube' })),
  ...snifferStages.map(stage => ({ ...stage, name: 'sniffer' })),
];

const stageRules = stages.map(({ name, from, banned, because }) => ({
  files: [`packages/${name}/src/${from}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${banned.join('|')})/`,
            message: `${from} must not import ${banned.join(', ')}: ${because}.`,
          },
        ],
      },
    ],
  },
}));

export default defineConfig(
  globalIgnores(['**/node_modules', '.types', '**/dist', '**/*.generated.ts']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `while (true)` and comparisons with a state that another turn of the event loop changes are how loops are written here.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/main.ts', '**/*.test.ts', 'packages/{runtime,sandbox,testkit}/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts reads the environment: pass what is needed.' },
        { object: 'process', property: 'exit', message: 'Only main.ts ends the process.' },
      ],
    },
  },
  ...importRules,
  ...stageRules,
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
