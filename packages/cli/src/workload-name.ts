import { isIP } from 'node:net';
import { CliError } from './cli-error.ts';
import type { WorkloadName } from './network-map.ts';

/**
 * A workload as people write it: `namespace/name`, or `name.namespace` as `--server` has it. In the map of a capture
 * also an address, or `/name` for a name outside.
 */
export function parseWorkloadName(text: string): WorkloadName {
  if (isIP(text) !== 0) return { name: text, namespace: '' };
  const [namespace, name, ...more] = text.split('/');
  if (namespace !== undefined && name && more.length === 0) return { namespace, name };
  const dot = text.lastIndexOf('.');
  if (name === undefined && dot > 0 && dot < text.length - 1)
    return { name: text.slice(0, dot), namespace: text.slice(dot + 1) };
  throw new CliError(`${text} is no workload: write namespace/name or name.namespace`);
}
