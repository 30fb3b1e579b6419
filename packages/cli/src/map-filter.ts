import { form, type Config } from '@network-mapper/runtime';
import { CliError } from './cli-error.ts';
import type { commonOptions } from './common-options.ts';
import { flagOption } from './flag-option.ts';
import { fromOption } from './from-option.ts';
import { namespacesOption } from './namespaces-option.ts';
import { sinceOption } from './since-option.ts';

/** Which part of the map a command is about. */
export interface MapFilter {
  readonly namespaces: readonly string[];
  /** Undefined when clients are not grouped by a label; may be empty. */
  readonly distinctByLabel: string | undefined;
  readonly excludeLabels: readonly string[];
  readonly server: { readonly name: string; readonly namespace: string } | undefined;
  /** Only calls last seen then or later: a moment of RFC 3339. */
  readonly since: string | undefined;
}

/** No part of the map is left out. */
export const wholeMap: MapFilter = {
  namespaces: [],
  distinctByLabel: undefined,
  excludeLabels: [],
  server: undefined,
  since: undefined,
};

/** What commands that read the map take. */
export const mapFilterOptions = {
  namespaces: namespacesOption,
  from: fromOption,
  since: sinceOption,
  distinctByLabel: flagOption({
    name: 'distinct-by-label',
    form: form.optional(form.text),
    fallback: undefined,
    about: 'Group clients by name and value of this label, not by namespace (experimental).',
  }),
  asKubernetesService: flagOption({
    name: 'as-kubernetes-service',
    form: form.boolean,
    fallback: false,
    about: 'Name a server after the Kubernetes Service it was reached through (experimental).',
  }),
  server: flagOption({
    name: 'server',
    form: form.optional(form.text),
    fallback: undefined,
    about: 'Only clients that call this server (`name.namespace`).',
  }),
};

/** Throws CliError for filters that do not go together. */
export function mapFilterOf(given: Config<typeof commonOptions & typeof mapFilterOptions>): MapFilter {
  const { server, namespaces, distinctByLabel, excludeLabels, since } = given;
  if (server !== undefined && namespaces !== undefined) {
    throw new CliError('server filter cannot be used with namespaces filter');
  }
  return {
    namespaces: namespaces ?? [],
    distinctByLabel,
    excludeLabels,
    server: server === undefined ? undefined : parseServer(server),
    since,
  };
}

function parseServer(text: string): MapFilter['server'] {
  const [name, namespace, ...more] = text.split('.');
  if (!name || !namespace || more.length > 0) {
    throw new CliError('invalid server filter. Expected format: <server-name>.<namespace>');
  }
  return { name, namespace };
}
