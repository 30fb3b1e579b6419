import { awsVisibility } from './aws-values.ts';
import { common } from './common-values.ts';
import { global } from './global-values.ts';
import { mapper } from './mapper-values.ts';
import { chartedPrograms, optionValues } from './option-values.ts';
import { sniffer } from './sniffer-values.ts';
import type { UnusedValue, Value } from './value.ts';
import { istioWatcher, kafkaWatcher } from './watcher-values.ts';

function withoutTwice(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map(value => [value.path, value])).values()];
}

/** All values that do something. */
export const values: readonly Value[] = withoutTwice([
  ...chartedPrograms.flatMap(optionValues),
  ...mapper,
  ...sniffer,
  ...kafkaWatcher,
  ...istioWatcher,
  ...awsVisibility,
  ...common,
  ...global,
]);

const unused = (why: string, paths: readonly string[]): readonly UnusedValue[] => paths.map(path => ({ path, why }));

/** Values of the original's chart that may be set and change nothing. */
export const unusedValues: readonly UnusedValue[] = [
  ...unused('There is no node agent: its images are not open source.', ['nodeagent', 'piidetector']),
  ...unused('The parts of AWS visibility have one image: see `aws.visibility`.', [
    'iamlive',
    'visibilitydns',
    'webhook',
  ]),
  ...unused('Nothing reads it, in the original either.', [
    'global.azure',
    'global.aws',
    'global.gcp',
    'global.telemetry.errors.stage',
    'global.telemetry.errors.networkMapperApiKey',
  ]),
];
