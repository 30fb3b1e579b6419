import { values, unusedValues } from './values.ts';
import type { Schema } from './value.ts';

interface Branch {
  readonly children: Map<string, Branch>;
  leaf?: Schema;
}

/**
 * The schema of the chart's values: a misspelt one is refused with its path. What others put under `global` is let
 * through.
 */
export function valuesSchema(): Schema {
  const root: Branch = { children: new Map() };
  for (const { path, schema, about, fallback } of values)
    place(root, path, {
      ...orNull(schema),
      description: about,
      ...(fallback === undefined ? {} : { default: fallback }),
    });
  for (const { path, why } of unusedValues) place(root, path, { description: `Does nothing. ${why}` });
  place(root, 'enabled', { description: 'For a chart of which this one is a part.' });
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'network-mapper', ...objectSchema(root, '') };
}

function place(root: Branch, path: string, leaf: Schema): void {
  let branch = root;
  for (const name of path.split('.')) {
    const child: Branch = branch.children.get(name) ?? { children: new Map() };
    branch.children.set(name, child);
    branch = child;
  }
  branch.leaf = leaf;
}

function objectSchema({ children }: Branch, name: string): Schema {
  return {
    type: name === '' ? 'object' : ['object', 'null'],
    additionalProperties: name === 'global',
    properties: Object.fromEntries([...children].map(([key, child]) => [key, child.leaf ?? objectSchema(child, key)])),
  };
}

/** Whatever has a default may be unset with `null`. */
function orNull(schema: Schema): Schema {
  const { type, enum: words } = schema;
  if (Array.isArray(words)) return { ...schema, enum: [...(words as unknown[]), null] };
  return { ...schema, type: [type, 'null'].flat() };
}
