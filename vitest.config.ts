import { defineConfig } from 'vitest/config';

/**
 * Tests with processes, namespaces and packets of their own: one file after another, since they wait for things that
 * take time.
 */
const withProcesses = ['packages/{sandbox,sniffer}/test/**/*.test.ts', 'test/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 240_000,
    // A machine may be busy with other things: what is waited for has long, what never comes takes long to fail.
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['{packages/*/{src,test},scripts}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...withProcesses],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'processes', include: withProcesses, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
