import { agentOptions } from '@network-mapper/reporting';
import { form, option, type Config } from '@network-mapper/runtime';

export const scrapeWays = ['auto', 'http', 'exec'] as const;

/** Options of the Istio watcher. Those that are of the original's mapper keep their names, forms and defaults. */
export const options = {
  ...agentOptions,
  namespace: option({
    env: 'OTTERIZE_ISTIO_RESTRICT_COLLECTION_TO_NAMESPACE',
    form: form.text,
    fallback: '',
    about: 'The only namespace whose proxies are read; all unless given.',
  }),
  reportInterval: option({
    env: 'OTTERIZE_ISTIO_REPORT_INTERVAL',
    form: form.duration,
    fallback: 30_000,
    about: 'Time between reports of what is new or changed.',
  }),
  cooldown: option({
    env: 'OTTERIZE_ISTIO_COOLDOWN_INTERVAL',
    form: form.duration,
    fallback: 15_000,
    about: 'Time between the end of one reading of all proxies and the next.',
  }),
  fetchTimeout: option({
    env: 'OTTERIZE_ISTIO_METRIC_FETCH_TIMEOUT',
    form: form.duration,
    fallback: 10_000,
    about: 'Longest time of the reading of one proxy.',
  }),
  scrape: option<(typeof scrapeWays)[number]>({
    env: 'OTTERIZE_ISTIO_SCRAPE',
    form: form.oneOf(scrapeWays),
    fallback: 'auto',
    about:
      'How proxies are read: over HTTP from ports 15090 and 15020 of their pods, by running `pilot-agent` in their containers (which takes the right to run commands in every pod), or the second where the first fails.',
    ours: true,
  }),
  concurrency: option({
    env: 'OTTERIZE_ISTIO_SCRAPE_CONCURRENCY',
    form: form.integer({ min: 1, max: 200 }),
    fallback: 20,
    about: 'Proxies that are read at the same time.',
    ours: true,
  }),
  pathTemplates: option({
    env: 'OTTERIZE_ISTIO_PATH_TEMPLATES',
    form: form.boolean,
    fallback: true,
    about: 'Write `{id}` for the segments of a path that are numbers, UUIDs, long hexadecimal numbers or dates.',
    ours: true,
  }),
  reportExisting: option({
    env: 'OTTERIZE_ISTIO_REPORT_EXISTING',
    form: form.boolean,
    fallback: false,
    about:
      'Report what proxies counted before the watcher started too, as the original does: of that nobody knows when it was.',
    ours: true,
  }),
  trustedNamespaces: option({
    env: 'OTTERIZE_ISTIO_TRUSTED_NAMESPACES',
    form: form.list,
    fallback: ['istio-system'],
    about:
      'Namespaces of the mesh itself. Proxies of all others are believed only what has a side in their own namespace, and ztunnels are looked for here alone.',
    ours: true,
  }),
  ztunnelAccessLog: option({
    env: 'OTTERIZE_ISTIO_ZTUNNEL_ACCESS_LOG',
    form: form.boolean,
    fallback: false,
    about:
      'Follow the access logs of ztunnels as well: they have the ports of connections, and those that were denied.',
    ours: true,
  }),
};

export type IstioWatcherConfig = Config<typeof options>;
