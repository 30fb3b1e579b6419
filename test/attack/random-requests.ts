import { schemaText } from '@network-mapper/api';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type { Random } from './random.ts';

const schema = buildSchema(schemaText);

/** A body of a POST: sometimes good, mostly not quite. */
export function randomBody(random: Random): string | Uint8Array<ArrayBuffer> {
  const kind = random.next();
  if (kind < 0.1) return new Uint8Array(random.list(300, () => random.below(256)));
  if (kind < 0.2) return damaged(JSON.stringify({ query: randomDocument(random) }), random);
  if (kind < 0.55)
    return JSON.stringify({
      query: damagedSometimes(randomDocument(random), random),
      variables: randomJson(random, 3),
    });
  return randomReport(random);
}

function damagedSometimes(text: string, random: Random): string {
  return random.chance(0.3) ? damaged(text, random) : text;
}

/** The text with some pieces gone, doubled or replaced. */
function damaged(text: string, random: Random): string {
  let result = text;
  for (let change = random.below(4); change >= 0; change--) {
    const at = random.below(result.length + 1);
    const length = random.below(20);
    const piece = result.slice(at, at + length);
    const instead = random.pick([
      '',
      piece + piece,
      '"',
      '{',
      '}',
      '\\',
      '\0',
      '…',
      '#',
      '"""',
      '[',
      '$',
      '@',
      '\ud800',
    ]);
    result = result.slice(0, at) + instead + result.slice(at + length);
  }
  return result;
}

function randomDocument(random: Random): string {
  const root = random.chance(0.85) ? schema.getQueryType() : schema.getMutationType();
  if (!root) return '';
  const fragments = random.list(3, index => {
    const types = Object.values(schema.getTypeMap()).filter(isObjectType);
    const type = types[random.below(types.length)] ?? root;
    return `fragment F${index} on ${type.name} ${selection(type, { random, depth: 3 })}`;
  });
  const keyword = root === schema.getQueryType() ? 'query' : 'mutation';
  const variables = random.chance(0.4) ? '($a: Boolean = true, $b: [String!], $c: Time, $d: Int)' : '';
  return `${keyword} ${variables} ${selection(root, { random, depth: 5 })} ${fragments.join(' ')}`;
}

interface Growing {
  readonly random: Random;
  readonly depth: number;
}

function selection(type: GraphQLOutputType, { random, depth }: Growing): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const parts = random.list(5, index => selectionPart(named, { random, depth }, index));
  return `{ ${parts.length === 0 ? '__typename' : parts.join(' ')} }`;
}

function selectionPart(type: GraphQLObjectType, { random, depth }: Growing, index: number): string {
  const directive = random.chance(0.1)
    ? ` ${random.pick(['@include(if: $a)', '@skip(if: true)', '@include(if: null)', '@x'])}`
    : '';
  if (random.chance(0.08)) return `...F${random.below(4)}${directive}`;
  if (random.chance(0.05)) return `... on ${type.name}${directive} { __typename }`;
  if (random.chance(0.03))
    return random.pick(['__schema { types { name } }', '__type(name: "Intent") { name }', 'nothing', '__typename']);
  const fields = Object.values(type.getFields());
  const field = fields[random.below(fields.length)];
  if (field === undefined) return '__typename';
  const alias = random.chance(0.3) ? `a${index}: ` : '';
  const inner = depth > 0 ? selection(field.type, { random, depth: depth - 1 }) : '';
  return `${alias}${field.name}${argumentsOf(field, random)}${directive} ${inner}`;
}

function argumentsOf(field: GraphQLField<unknown, unknown>, random: Random): string {
  const given = field.args.filter(() => random.chance(0.4));
  if (given.length === 0) return '';
  const literal = (type: GraphQLInputType): string =>
    random.chance(0.2)
      ? random.pick(['$a', '$b', '$c', '$d', 'null', '1e400', 'X'])
      : toLiteral(randomInput(type, random));
  return `(${given.map(({ name, type }) => `${name}: ${literal(type)}`).join(', ')})`;
}

function toLiteral(value: unknown): string {
  if (value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map(toLiteral).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${toLiteral(member)}`)
    .join(', ')}}`;
}

/** A report with values of the right types most of the time. */
function randomReport(random: Random): string {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ args }) => args.length > 0);
  const field = mutations[random.below(mutations.length)];
  const argument = field?.args[0];
  if (field === undefined || argument === undefined) return '{}';
  const query = `mutation ($x: ${String(argument.type)}) { ${field.name}(${argument.name}: $x) }`;
  return JSON.stringify({ query, variables: { x: randomInput(argument.type, random) } });
}

function randomInput(type: GraphQLInputType, random: Random): unknown {
  if (random.chance(0.02)) return randomJson(random, 2);
  const nullable = getNullableType(type);
  if (nullable === type && random.chance(0.4)) return random.chance(0.5) ? null : undefined;
  if (isListType(nullable)) return random.list(4, () => randomInput(nullable.ofType, random));
  if (isInputObjectType(nullable)) {
    return Object.fromEntries(
      Object.values(nullable.getFields()).map(({ name, type: member }) => [name, randomInput(member, random)]),
    );
  }
  if (isEnumType(nullable)) return nullable.getValues()[random.below(nullable.getValues().length)]?.name;
  switch (nullable.name) {
    case 'Boolean':
      return random.chance(0.5);
    case 'Int':
      return random.pick([0, 1, -1, 80, 443, 65_536, 2 ** 31, 2 ** 53, -(2 ** 53), 1.5, 1e300, random.below(70_000)]);
    case 'Time':
      return random.pick([
        new Date().toISOString(),
        '0001-01-01T00:00:00Z',
        '9999-12-31T23:59:59.999999999Z',
        'now',
        '',
      ]);
    default:
      return randomText(random);
  }
}

function randomText(random: Random): string {
  return random.pick([
    `10.1.0.${random.below(40)}`,
    `8.8.${random.below(256)}.${random.below(256)}`,
    `app-${random.below(40)}`,
    'shop',
    `name-${random.below(1_000)}.example.com`,
    'app-1.shop.svc.cluster.local',
    '::1',
    'fd00:1::1',
    '0.0.0.0',
    '',
    '.',
    '\0',
    '\u001b[31m',
    '__proto__',
    'constructor',
    '\ud800',
    'x'.repeat(random.below(300)),
    'a.'.repeat(random.below(200)),
  ]);
}

function randomJson(random: Random, depth: number): unknown {
  const kind = random.below(depth > 0 ? 7 : 5);
  switch (kind) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick([0, -1, 1e308, 2 ** 53, 0.1]);
    case 3:
    case 4:
      return randomText(random);
    case 5:
      return random.list(5, () => randomJson(random, depth - 1));
    default:
      return Object.fromEntries(
        random.list(5, index => [
          random.pick(['a', 'b', 'c', 'd', '__proto__', `k${index}`]),
          randomJson(random, depth - 1),
        ]),
      );
  }
}
