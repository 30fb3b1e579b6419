import type { Rule } from 'eslint';

/** What is read of a parameter's node (typescript-eslint.io/packages/typescript-estree). */
interface Parameter {
  readonly type: string;
  readonly name?: string;
  readonly left?: Parameter;
  readonly right?: { readonly type: string; readonly value?: unknown };
  /** Of `constructor(private x: string)`. */
  readonly parameter?: Parameter;
  readonly typeAnnotation?: { readonly typeAnnotation: { readonly type: string } };
}

const primitives: ReadonlyMap<string, string> = new Map([
  ['TSStringKeyword', 'string'],
  ['TSNumberKeyword', 'number'],
  ['TSBooleanKeyword', 'boolean'],
  ['TSBigIntKeyword', 'bigint'],
]);

/** Two numbers whose order nobody mistakes, on paths where an object for each call is too dear. */
const ordered = new Set(['start end', 'from end', 'length hash', 'hash byte', 'hash value', 'number value']);

/**
 * A call with two of one primitive type side by side compiles when they are exchanged: they belong into an object, with
 * names.
 */
export const adjacentPrimitives: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { adjacent: '{{first}} and {{second}} are both {{type}}: pass an object, or somebody exchanges them.' },
  },
  create(context) {
    const check = (node: unknown): void => {
      const { params } = node as { readonly params: readonly Parameter[] };
      for (const [index, param] of params.entries()) {
        const before = params[index - 1];
        const type = primitiveOf(param);
        if (before === undefined || type === undefined || primitiveOf(before) !== type) continue;
        const data = { first: nameOf(before), second: nameOf(param), type };
        if (ordered.has(`${data.first} ${data.second}`)) continue;
        context.report({ node: param as unknown as Rule.Node, messageId: 'adjacent', data });
      }
    };
    return Object.fromEntries(
      [
        'FunctionDeclaration',
        'FunctionExpression',
        'ArrowFunctionExpression',
        'TSDeclareFunction',
        'TSEmptyBodyFunctionExpression',
        'TSMethodSignature',
        'TSFunctionType',
      ].map(type => [type, check]),
    );
  },
};

/** The primitive type that a parameter is written with; undefined for others, and where its type is inferred. */
function primitiveOf(param: Parameter): string | undefined {
  if (param.parameter !== undefined) return primitiveOf(param.parameter);
  const written = (param.left ?? param).typeAnnotation?.typeAnnotation.type;
  if (written !== undefined) return primitives.get(written);
  const type = typeof param.right?.value;
  return param.right?.type === 'Literal' && [...primitives.values()].includes(type) ? type : undefined;
}

function nameOf(param: Parameter): string {
  return (param.parameter ?? param.left ?? param).name ?? 'a parameter';
}
