import type { JsonSchema, OptionTable } from './options.ts';

/**
 * A JSON schema (draft 2020-12) of an object with the options of `table` under their names: what a chart's values may
 * say.
 */
export function jsonSchemaOf(table: OptionTable): JsonSchema {
  const properties = Object.entries(table).map(([name, { form, fallback, about }]) => {
    const asWritten = form.schema.type === 'string' ? form.write(fallback) : fallback;
    return [name, { ...form.schema, description: about, default: asWritten }];
  });
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}
