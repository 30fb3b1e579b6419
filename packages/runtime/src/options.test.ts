import { expect, test } from 'vitest';
import { boolean, duration, httpUrl, integer, list, port, text } from './option-forms.ts';
import { ConfigError, option, readOptions } from './options.ts';

const table = {
  debug: option({ env: 'OTTERIZE_DEBUG', form: boolean, fallback: false, about: 'Debug logs.' }),
  interval: option({ env: 'OTTERIZE_INTERVAL', form: duration, fallback: 1000, about: 'Time between reports.' }),
  namespaces: option({ env: 'OTTERIZE_NAMESPACES', form: list, fallback: [], about: 'Namespaces.' }),
  url: option({ env: 'OTTERIZE_URL', form: httpUrl, fallback: 'http://mapper:9090/query', about: 'Where to report.' }),
  name: option({ env: 'OTTERIZE_NAME', form: text, fallback: '', about: 'A name.' }),
  prefix: option({ env: 'OTTERIZE_PREFIX', form: integer({ min: 0, max: 32 }), fallback: 32, about: 'Bits.' }),
  port: option({ env: 'OTTERIZE_PORT', form: port, fallback: 2112, about: 'Port.' }),
};

test('options that are not set, or set to nothing, have their defaults', () => {
  expect(readOptions(table, { OTTERIZE_DEBUG: '' })).toMatchObject({ debug: false, interval: 1000, port: 2112 });
});

test.each([
  ['500ms', 500],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['0', 0],
])('the duration %s is %d milliseconds', (written, expected) => {
  expect(readOptions(table, { OTTERIZE_INTERVAL: written }).interval).toBe(expected);
});

test('lists are separated by white space', () => {
  expect(readOptions(table, { OTTERIZE_NAMESPACES: ' istio-system\n linkerd ' }).namespaces).toEqual([
    'istio-system',
    'linkerd',
  ]);
});

test('all problems of a configuration are told at once, each with its variable and a remedy', () => {
  const env = {
    OTTERIZE_DEBUG: 'yes',
    OTTERIZE_INTERVAL: '300',
    OTTERIZE_URL: 'mapper:9090',
    OTTERIZE_PREFIX: '33',
    OTTERIZE_PORT: '70000',
  };
  const thrown = captured(() => readOptions(table, env));
  expect(thrown).toBeInstanceOf(ConfigError);
  expect((thrown as ConfigError).problems).toEqual([
    'OTTERIZE_DEBUG="yes": not a boolean; write true or false.',
    'OTTERIZE_INTERVAL="300": no unit; write for example 300s.',
    'OTTERIZE_URL="mapper:9090": not an address that starts with http:// or https://.',
    'OTTERIZE_PREFIX="33": not a whole number from 0 to 32.',
    'OTTERIZE_PORT="70000": not a whole number from 0 to 65535.',
  ]);
});

function captured(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
