import { expect, test } from 'vitest';
import { boolean, duration, httpUrl, integer, list, port, text } from './option-forms.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { ConfigError, option, readOptions, type GivenOptions } from './options.ts';

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

test('all problems of a configuration are reported at once, each with its variable and a remedy', () => {
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

test('a flag goes before the environment, that before the file, that before the default', () => {
  const names = option({ env: 'NAMES', flag: { name: 'names' }, form: list, fallback: ['default'], about: 'Names.' });
  const read = (env: Readonly<Record<string, string>>, given: GivenOptions) => readOptions({ names }, env, given).names;
  const file = { names: ['from the file'] };
  const flags = new Map([['names', ['a,"b,c"', 'd']]]);
  expect(read({ NAMES: 'x y' }, { flags, file })).toEqual(['a', 'b,c', 'd']);
  expect(read({ NAMES: 'x y' }, { file })).toEqual(['x', 'y']);
  expect(read({ NAMES: '' }, { file })).toEqual(['from the file']);
  expect(read({}, {})).toEqual(['default']);
  expect(read({ NAMES: 'x' }, { flags: new Map([['names', ['']]]) })).toEqual([]);
});

test('a value of the configuration file that does not fit is a problem with its name', () => {
  const wide = option({ env: 'WIDE', flag: { name: 'wide' }, form: boolean, fallback: false, about: 'Wide.' });
  expect(readOptions({ wide }, {}, { file: { wide: true } }).wide).toBe(true);
  expect(captured(() => readOptions({ wide }, {}, { file: { wide: ['true'] } }))).toMatchObject({
    problems: ['wide in the configuration file: not a boolean.'],
  });
});

test('the schema of a table allows what its forms read, with the defaults as a file of values has them', () => {
  expect(jsonSchemaOf({ interval: table.interval, namespaces: table.namespaces, prefix: table.prefix })).toEqual({
    type: 'object',
    additionalProperties: false,
    properties: {
      interval: {
        type: 'string',
        pattern: expect.any(String) as string,
        description: 'Time between reports.',
        default: '1s',
      },
      namespaces: { type: 'array', items: { type: 'string' }, description: 'Namespaces.', default: [] },
      prefix: { type: 'integer', minimum: 0, maximum: 32, description: 'Bits.', default: 32 },
    },
  });
});

function captured(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
