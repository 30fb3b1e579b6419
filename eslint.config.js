import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { adjacentPrimitives } from './scripts/eslint/adjacent-primitives.ts';
import { layers, stages } from './scripts/eslint/layers.ts';

/** Libraries that one package hides from all others. */
const owners = {
  koffi: { only: 'pcap', because: 'a wrong signature ends the process, so all of them stand in one place' },
  '@kubernetes/client-node': { only: 'kube', because: 'its index loads 75 MiB of generated classes' },
};

/** Packages whose sources get timers and clocks from runtime only. */
const timed = [
  'api',
  'cli',
  'istio-watcher',
  'kafka-watcher',
  'kube',
  'mapper',
  'model',
  'packets',
  'pcap',
  'reporting',
  'sniffer',
];
const endless = 'they end with the signal that ends the program, and do not keep it alive';

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
          ...Object.entries(owners)
            .filter(([, { only }]) => only !== name)
            .map(([module, { only, because }]) => ({
              regex: `^${module}(/|$)`,
              message: `Only ${only} imports ${module}: ${because}.`,
            })),
          ...(timed.includes(name)
            ? [{ regex: '^(node:)?timers(/|$)', message: `Timers are runtime's (every, pause, after): ${endless}.` }]
            : []),
        ],
      },
    ],
  },
}));

const stageRules = stages.map(stage => ({
  files: [`packages/${stage.package}/src/${stage.from}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${stage.banned.join('|')})/`,
            message: `${stage.from} must not import ${stage.banned.join(', ')}: ${stage.because}.`,
          },
          // What an object of Kubernetes is, is no part of a stage.
          ...(stage.pure === true
            ? [
                {
                  regex: '^(?!\\./|\\.\\./kube-object\\.ts$|(\\.\\./)+[a-z]+/)',
                  message: `${stage.from} imports nothing but its own files: ${stage.because}.`,
                },
              ]
            : []),
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
  { plugins: { ours: { rules: { 'adjacent-primitives': adjacentPrimitives } } } },
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `while (true)` and comparisons with a state that another turn of the event loop changes are how loops are
      // written here.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // The code's width is prettier's; it does not wrap comments.
      'max-len': ['error', { code: 10_000, comments: 120, ignoreUrls: true }],
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
  {
    files: timed.map(name => `packages/${name}/src/**/*.ts`),
    ignores: ['**/main.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate'].map(name => ({
          name,
          message: `Timers are runtime's (every, pause, after, TimeSlice): ${endless}.`,
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(MemberExpression[object.name="Date"][property.name="now"], MemberExpression[object.name="performance"][property.name="now"], NewExpression[callee.name="Date"][arguments.length=0])',
          message:
            "Clocks are runtime's: wallTime for times that leave the process, monotonicTime for durations, which must not jump when somebody sets the clock.",
        },
      ],
    },
  },
  {
    // Not of tests: their builders are read beside their calls, as tables.
    files: ['packages/*/src/**/*.ts', 'scripts/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { '@typescript-eslint/max-params': ['error', { max: 3 }], 'ours/adjacent-primitives': 'error' },
  },
  {
    // The order of parameters is C's.
    files: ['packages/pcap/src/{libpcap,sock-diag}.ts'],
    rules: { '@typescript-eslint/max-params': 'off', 'ours/adjacent-primitives': 'off' },
  },
  ...importRules,
  ...stageRules,
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
