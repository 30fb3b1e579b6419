import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { chart, helm } from './helm.ts';

test('as a part of another chart under an alias it takes its values there, and lets global ones of others through', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'parent-chart-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  await cp(chart, join(parent, 'charts/network-mapper'), { recursive: true });
  await writeFile(
    join(parent, 'Chart.yaml'),
    JSON.stringify({
      apiVersion: 'v2',
      name: 'parent',
      version: '1.0.0',
      dependencies: [
        { name: 'network-mapper', alias: 'networkMapper', version: '0.x.x', condition: 'networkMapper.enabled' },
      ],
    }),
  );
  await writeFile(
    join(parent, 'values.yaml'),
    JSON.stringify({ networkMapper: { enabled: true, debug: true }, global: { foo: 'bar', commonLabels: { a: 'b' } } }),
  );
  const { code, stdout, stderr } = await helm('template', 'mapper', parent);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('name: otterize-network-mapper');
  expect(stdout).toMatch(/OTTERIZE_DEBUG\n +value: "true"/);
  expect(stdout).toContain('    a: b\n');
  expect((await helm('template', 'mapper', parent, '--set', 'networkMapper.enabled=false')).stdout).not.toContain(
    'kind',
  );
});
