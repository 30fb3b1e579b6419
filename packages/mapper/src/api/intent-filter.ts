import type { QueryArguments } from '@network-mapper/api';
import { hasPort, identityKey, type IntentEdge, type LabelSet } from '@network-mapper/model';
import { intentKey, type Intents } from '../store/intents.ts';

/** Those of `intents`; `serviceIntents` has some of them. */
export type IntentArguments = QueryArguments['intents'];

type Wanted = (edge: IntentEdge) => boolean;

export interface IntentFilter {
  /** The clients' namespaces; undefined means all. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** Undefined when all calls of those namespaces are wanted. */
  readonly wanted: Wanted | undefined;
}

/** What the arguments of `intents` mean: filters combine with "and", an empty list is no filter. */
export function intentFilter(intents: Intents, args: IntentArguments): IntentFilter {
  const filters = [
    byServer(intents, args),
    byLabels(args),
    bySince(args),
    byPort(args),
    byServerNamespace(args),
  ].filter(filter => filter !== undefined);
  return {
    namespaces: toSet(args.namespaces),
    wanted: filters.length === 0 ? undefined : edge => filters.every(filter => filter(edge)),
  };
}

function toSet(list: readonly string[] | null | undefined): ReadonlySet<string> | undefined {
  return list && list.length > 0 ? new Set(list) : undefined;
}

/** All calls of the clients that call the server. */
function byServer(intents: Intents, { server }: IntentArguments): Wanted | undefined {
  if (!server) return undefined;
  const keyed = { key: identityKey(server) };
  const keys = [intentKey(keyed, null), intentKey(keyed, 'HTTP'), intentKey(keyed, 'KAFKA')];
  return ({ client }) => keys.some(key => intents.get(client, key) !== undefined);
}

/** `key=value`, or `key` for an empty value; text after a second `=` means nothing. */
function byLabels({ excludeServiceWithLabels: items }: IntentArguments): Wanted | undefined {
  if (!items || items.length === 0) return undefined;
  const excluded = items.map(item => item.split('=')).map(([key = '', value = '']) => ({ key, value }));
  const carries = (labels: LabelSet | null): boolean =>
    labels?.some(label => excluded.some(({ key, value }) => label.key === key && label.value === value)) === true;
  return ({ client, server }) => !carries(client.labels) && !carries(server.labels);
}

function bySince({ since }: IntentArguments): Wanted | undefined {
  return typeof since === 'number' ? ({ lastSeen }) => lastSeen >= since : undefined;
}

function byPort({ port }: IntentArguments): Wanted | undefined {
  return typeof port === 'number' ? ({ endpoints }) => hasPort(endpoints, port) : undefined;
}

function byServerNamespace({ serverNamespaces }: IntentArguments): Wanted | undefined {
  const only = toSet(serverNamespaces);
  return only && (({ server }) => only.has(server.namespace));
}
