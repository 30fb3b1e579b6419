import fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

export interface RandomRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Generate = fc.GeneratorValue;

/** Variables that every document may use: what they are declared as, and what may be given for them. */
const variables = {
  yes: { type: 'Boolean!', given: [true, false] },
  maybe: { type: 'Boolean = true', given: [true, false, undefined] },
  names: { type: '[String!]', given: [['a', 'b'], 'single', [], null, undefined] },
  name: { type: 'String!', given: ['x', '', '{"é\u2028'] },
  number: { type: 'Int = 7', given: [1, 2 ** 40, null, undefined] },
  moment: { type: 'Time', given: ['2024-01-01T12:00:00.5Z', null, undefined] },
  server: { type: 'ServerFilter', given: [{ name: 'a', namespace: 'b' }, null, undefined] },
  evidence: { type: '[Evidence!] = [DNS]', given: [['TCP', 'SOCKET'], 'KAFKA', null, undefined] },
} as const;
type VariableName = keyof typeof variables;
const variableNames = Object.keys(variables) as readonly VariableName[];

/** A document for `Query` or `Mutation` that fits the schema nearly always, with values for its variables. */
export function randomRequest(g: Generate, schema: GraphQLSchema): RandomRequest {
  const maker = new DocumentMaker(g, schema);
  return maker.make();
}

class DocumentMaker {
  readonly #g: Generate;
  readonly #schema: GraphQLSchema;
  readonly #used = new Set<VariableName>();
  readonly #fragments: string[] = [];

  constructor(g: Generate, schema: GraphQLSchema) {
    this.#g = g;
    this.#schema = schema;
  }

  make(): RandomRequest {
    const isMutation = this.#chance(10);
    const root = isMutation ? this.#schema.getMutationType() : this.#schema.getQueryType();
    if (!root) throw new Error('no root');
    const selection = this.#selection(root, 5);
    const used = variableNames.filter(name => this.#used.has(name));
    const declared = used.map(name => `$${name}: ${variables[name].type}`).join(', ');
    const given = used.map(name => [name, this.#oneOf<unknown>(variables[name].given)] as const);
    return {
      query: `${isMutation ? 'mutation' : 'query'} Q${used.length > 0 ? `(${declared})` : ''} ${selection} ${this.#fragments.join(' ')}`,
      variables: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    };
  }

  #selection(type: GraphQLObjectType, depth: number): string {
    const parts = Array.from({ length: this.#below(4) + 1 }, () => this.#part(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #part(type: GraphQLObjectType, depth: number): string {
    const kind = this.#below(20);
    if (kind === 0) return `__typename${this.#directive()}`;
    if (kind === 1) return `... ${this.#directive()} ${this.#selection(type, depth)}`;
    if (kind === 2) return `... on ${type.name} ${this.#directive()} ${this.#selection(type, depth)}`;
    if (kind === 3) {
      const name = `F${this.#fragments.length}`;
      this.#fragments.push('');
      this.#fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${this.#selection(type, depth)}`;
      const again = this.#chance(30) ? ` ...${name}${this.#directive()}` : '';
      return `...${name}${this.#directive()}${again}`;
    }
    if (kind === 4 && type === this.#schema.getQueryType()) return this.#introspection();
    const fields = Object.values(type.getFields()).filter(
      field => depth > 0 || !isObjectType(getNamedType(field.type)),
    );
    if (fields.length === 0) return '__typename';
    return this.#field(this.#oneOf(fields), depth);
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = this.#arguments(field);
    // Fields of one name must have the same arguments: those with arguments get a name of their own.
    const alias = given === '' ? this.#oneOf(['', '', `other_${field.name}: `]) : `a${this.#below(1_000_000)}: `;
    const inner = getNamedType(field.type);
    const selection = isObjectType(inner) ? this.#selection(inner, depth - 1) : '';
    return `${alias}${field.name}${given}${this.#directive()} ${selection}`;
  }

  #introspection(): string {
    return this.#oneOf([
      '__schema { queryType { name } types { name kind } }',
      `__type(name: ${this.#chance(50) ? this.#variable('name') : '"Intent"'}) { name fields { name args { name defaultValue type { name ofType { name } } } } }`,
      `__type(name: "IntentType") { enumValues(includeDeprecated: ${this.#variable('maybe')}) { name description isDeprecated } }`,
      '__schema { directives { name locations args { name defaultValue } } }',
    ]);
  }

  #directive(): string {
    if (this.#chance(80)) return '';
    const value = this.#oneOf([
      () => 'true',
      () => 'false',
      () => this.#variable('yes'),
      () => this.#variable('maybe'),
    ]);
    return ` @${this.#oneOf(['skip', 'include'])}(if: ${value()})`;
  }

  #arguments(field: GraphQLField<unknown, unknown>): string {
    const given = field.args
      .filter(({ type }) => isNonNullType(type) || this.#chance(40))
      .map(({ name, type }) => `${name}: ${this.#literal(type)}`);
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  #variable(name: VariableName): string {
    this.#used.add(name);
    return `$${name}`;
  }

  #literal(type: GraphQLInputType): string {
    const fitting = variableNames.filter(
      name => variables[name].type.split(' ')[0]?.replace(/!$/, '') === String(getNullableType(type)),
    );
    if (fitting.length > 0 && this.#chance(40) && (!isNonNullType(type) || fitting.includes('name')))
      return this.#variable(this.#oneOf(fitting));
    const nullable = getNullableType(type);
    if (nullable === type && this.#chance(10)) return 'null';
    if (isListType(nullable)) {
      if (this.#chance(20)) return this.#literal(nullable.ofType);
      return `[${Array.from({ length: this.#below(3) }, () => this.#literal(nullable.ofType)).join(', ')}]`;
    }
    if (isInputObjectType(nullable)) {
      const members = Object.values(nullable.getFields())
        .filter(member => isNonNullType(member.type) || this.#chance(40))
        .map(member => `${member.name}: ${this.#literal(member.type)}`);
      return `{${members.join(', ')}}`;
    }
    if (isEnumType(nullable)) return this.#oneOf(nullable.getValues()).name;
    switch (nullable.name) {
      case 'Int':
        return this.#oneOf(['0', '-5', '80', '9007199254740991']);
      case 'Boolean':
        return this.#oneOf(['true', 'false']);
      case 'Time':
        return '"2024-01-01T12:00:00Z"';
      default:
        return this.#oneOf(['"x"', '""', '"a\\u00e9\\n"', '"""block "quoted" text"""']);
    }
  }

  #chance(percent: number): boolean {
    return this.#below(100) < percent;
  }

  #below(end: number): number {
    return this.#g(fc.nat, end - 1);
  }

  #oneOf<T>(items: readonly T[]): T {
    const item = items[this.#below(items.length)];
    return item as T;
  }
}
