import { stringify } from 'yaml';

/**
 * A value as YAML without a final line feed. Texts that YAML 1.1, which kubectl reads, would take for something else
 * (`yes`, `1e3`) are quoted.
 */
export function yamlText(value: unknown): string {
  return stringify(value, {
    lineWidth: 0,
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
    blockQuote: false,
  }).trimEnd();
}
