import { expect, test } from 'vitest';
import { unusedValues, values } from '../../scripts/generate/chart/values.ts';
import type { Value } from '../../scripts/generate/chart/value.ts';
import { chart, helm, rendered } from './helm.ts';

const parallel = { concurrent: true, timeout: 60_000 };

function setting({ path, sample, fallback }: Value): readonly string[] {
  const other = sample ?? (typeof fallback === 'boolean' ? !fallback : undefined);
  if (other === undefined) throw new Error(`${path} needs a sample that is not its default`);
  return ['--set-json', `${path}=${JSON.stringify(other)}`];
}

test.each(values.map(value => [value.path, value] as const))(
  'the value %s changes what is rendered',
  parallel,
  async (_path, value) => {
    const needs = value.needs === undefined ? [] : ['--set', value.needs];
    const [without, with_] = await Promise.all([rendered(...needs), rendered(...needs, ...setting(value))]);
    expect(with_).not.toBe(without);
  },
);

test.each([
  ['mapper.otpions.mapRetention=840h', "at '/mapper': additional properties 'otpions'"],
  ['mapper.options.mapRetenton=840h', "at '/mapper/options': additional properties 'mapRetenton'"],
  ['sniffer.enabled=false', "at '/sniffer': additional properties 'enabled'"],
  ['mapper.options.mapRetention=840', "at '/mapper/options/mapRetention'"],
  ['mapper.auth.mode=requierd', "at '/mapper/auth/mode'"],
])('a mistake such as %s is refused with its place', parallel, async (mistake, place) => {
  const { code, stderr } = await helm('template', 'mapper', chart, '--set', mistake);
  expect(code).not.toBe(0);
  expect(stderr).toContain(place);
});

test('notes name every value of the original that does nothing', async () => {
  const { code, stdout } = await notes(...unusedValues.flatMap(({ path }) => ['--set', `${path}=1`]));
  expect(code).toBe(0);
  for (const { path, why } of unusedValues) expect(stdout).toContain(`The value ${path} does nothing. ${why}`);
});

test('notes warn of images of the original, of the right to get everything, and say who may ask', async () => {
  expect((await notes('--set', 'mapper.tag=v3.0.19')).stdout).toContain(
    'mapper.tag=v3.0.19 looks like an image of the original',
  );
  const ofTheOriginal = 'kafkawatcher.enable=true,kafkawatcher.image=network-mapper-kafka-watcher';
  expect((await notes('--set', ofTheOriginal)).stdout).toContain('which does not have the program of this chart');
  expect((await notes('--set', 'kafkawatcher.enable=true')).stdout).toContain('The Kafka watcher has nothing to watch');
  expect((await notes('--set', 'istiowatcher.enable=true,istiowatcher.allowExec=true')).stdout).toContain(
    'run commands in every pod',
  );
  expect((await notes('--set', 'allowGetAllResources=true')).stdout).toContain('Secrets too');
  expect((await notes()).stdout).toContain('Its API is required');
  const credentials = ['--set', 'global.otterizeCloud.credentials.clientId=me'];
  expect((await notes(...credentials)).stdout).toContain('nothing is uploaded');
  const address = ['--set', 'global.otterizeCloud.apiAddress=https://cloud.example.com/api'];
  expect((await notes(...credentials, ...address)).stdout).not.toContain('nothing is uploaded');
});

function notes(...args: readonly string[]) {
  return helm('install', 'mapper', chart, '--namespace', 'otterize-system', '--dry-run=client', ...args);
}
