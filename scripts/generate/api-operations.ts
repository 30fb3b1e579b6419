import { globSync, readFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
  buildSchema,
  Kind,
  parse,
  print,
  specifiedRules,
  stripIgnoredCharacters,
  validate,
  visit,
  type DefinitionNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { formatted, type Generated } from './generated.ts';
import { typeName } from './type-name.ts';

const folder = 'packages/api/src/operations';
const path = 'packages/api/src/operations.generated.ts';
const note = '// Generated from operations/*.graphql by scripts/generate.ts. Do not edit.\n';

/** Each operation of packages/api/src/operations as a document with the types of its variables and its answer. */
export async function apiOperations(sdl: string): Promise<Generated> {
  const schema = buildSchema(sdl);
  const files = globSync(`${folder}/*.graphql`).sort();
  const document = parse(files.map(file => readFileSync(file, 'utf8')).join('\n'));
  const [error] = validate(
    schema,
    document,
    specifiedRules.filter(({ name }) => name !== 'LoneAnonymousOperationRule'),
  );
  if (error !== undefined) throw error;

  const types = await codegen({
    filename: path,
    schema: parse(sdl),
    schemaAst: schema,
    documents: [{ document }],
    config: {},
    plugins: [
      {
        typescriptOperations: {
          enumsAsTypes: true,
          immutableTypes: true,
          skipTypename: true,
          scalars: { Time: 'string', ID: 'string' },
          omitOperationSuffix: true,
          operationResultSuffix: 'Data',
          importSchemaTypesFrom: 'packages/api/src/types.generated.ts',
          namespacedImportName: 'Schema',
          useTypeImports: true,
        },
      },
    ],
    pluginMap: { typescriptOperations },
  });
  const fragments = new Map(
    document.definitions.filter(isFragment).map(fragment => [fragment.name.value, fragment] as const),
  );
  const operations = document.definitions.filter(isOperation).map(operation => toConstant(operation, fragments));
  // Node runs sources: imports have their endings.
  const typesWithEndings = types.replace("'./types.generated'", "'./types.generated.ts'");
  const text = `${note}import type { Operation } from './operation.ts';\n${typesWithEndings}\n${operations.join('\n')}`;
  return formatted({ path, text });
}

function toConstant(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const name = operation.name?.value;
  if (name === undefined) throw new Error(`an operation without a name in ${folder}`);
  const text = stripIgnoredCharacters([operation, ...usedFragments(operation, fragments)].map(print).join('\n'));
  const type = typeName(name.replace(/^./, first => first.toUpperCase()));
  const constant = name.replace(/^./, first => first.toLowerCase());
  return `export const ${constant}: Operation<${type}Data, ${type}Variables> = { document: ${JSON.stringify(text)}, operationName: ${JSON.stringify(name)} };`;
}

/** The fragments that a node spreads, and those that they spread, each once. */
function usedFragments(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly FragmentDefinitionNode[] {
  const used = new Set<FragmentDefinitionNode>();
  const look = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        look(fragment);
      },
    });
  };
  look(operation);
  return [...used];
}

function isFragment(definition: DefinitionNode): definition is FragmentDefinitionNode {
  return definition.kind === Kind.FRAGMENT_DEFINITION;
}

function isOperation(definition: DefinitionNode): definition is OperationDefinitionNode {
  return definition.kind === Kind.OPERATION_DEFINITION;
}
