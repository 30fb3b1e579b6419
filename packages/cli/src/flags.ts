import type { Flag, Form, Value } from './flag.ts';
import { integerForm, listForm, switchForm, textForm } from './flag.ts';

interface Said<T extends Value> {
  readonly name: string;
  readonly short?: string;
  readonly help: string;
  readonly hidden?: boolean;
  readonly fallback: T;
}

const flagOf =
  <T extends Value>(form: Form<T>) =>
  (said: Said<T>): Flag<T> => ({ ...said, form });
const text = flagOf(textForm);
const integer = flagOf(integerForm);
const list = flagOf(listForm);
const toggle = flagOf(switchForm);

export const rootFlags = {
  config: text({ name: 'config', help: 'configuration file', fallback: '~/.otterize/config' }),
  quiet: toggle({ name: 'quiet', short: 'q', help: 'print results only', fallback: false }),
  debug: toggle({ name: 'debug', help: 'accepted, without effect', fallback: false }),
  format: text({ name: 'format', help: 'output format', fallback: 'text' }),
  noHeaders: toggle({ name: 'no-headers', help: 'leave out the headings of tables', fallback: false }),
};

export const mapperFlags = {
  mapperServiceName: text({
    name: 'mapper-service-name',
    help: 'Service of the mapper',
    fallback: 'otterize-network-mapper',
  }),
  mapperNamespace: text({ name: 'mapper-namespace', help: 'its namespace', fallback: 'otterize-system' }),
  mapperServicePort: integer({ name: 'mapper-service-port', help: 'its port', fallback: 9090 }),
  mapperAddress: text({
    name: 'mapper-address',
    help: 'address of the mapper (http://host:port), instead of a port-forward through the API server',
    fallback: '',
  }),
  kubeconfig: text({ name: 'kubeconfig', help: 'kubeconfig file, instead of KUBECONFIG', fallback: '' }),
  context: text({ name: 'context', help: 'context of the kubeconfig', fallback: '' }),
  excludeServices: list({ name: 'exclude-services', help: 'leave out services of these names', fallback: [] }),
  excludeLabels: list({
    name: 'exclude-labels',
    help: 'leave out services with these labels (key=value, or key)',
    fallback: [],
  }),
};

export const listFlags = {
  namespaces: list({ name: 'namespaces', short: 'n', help: 'only clients in these namespaces', fallback: [] }),
  distinctByLabel: text({
    name: 'distinct-by-label',
    help: 'group clients by name and value of this label, not by namespace (experimental)',
    fallback: '',
  }),
  asKubernetesService: toggle({
    name: 'as-kubernetes-service',
    help: 'name a server after the Kubernetes Service it was reached through (experimental)',
    fallback: false,
  }),
  short: toggle({
    name: 'short',
    help: "show a server's namespace only where it differs from its client's",
    fallback: false,
  }),
  wide: toggle({
    name: 'wide',
    help: 'a table of single calls with ports, evidence, first and last seen',
    fallback: false,
  }),
};

/** Flags of other verbs, which act on others through the environment and the configuration file. */
export const hiddenFlags = {
  server: text({ name: 'server', help: 'only clients that call this server (name.namespace)', fallback: '' }),
};

/** Telemetry of the Otterize CLI: accepted, so that scripts go on working; nothing is ever sent. */
export const telemetryFlags = {
  enabled: toggle({ name: 'telemetry-enabled', help: '', hidden: true, fallback: true }),
  usageEnabled: toggle({ name: 'telemetry-usage-enabled', help: '', hidden: true, fallback: true }),
  errorsEnabled: toggle({ name: 'telemetry-errors-enabled', help: '', hidden: true, fallback: true }),
  errorsAddress: text({ name: 'telemetry-errors-address', help: '', hidden: true, fallback: '' }),
  errorsStage: text({ name: 'telemetry-errors-stage', help: '', hidden: true, fallback: '' }),
};
