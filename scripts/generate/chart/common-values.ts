import { boolean, list, map, port, text, type Value } from './value.ts';

const monitored = 'metrics.serviceMonitor.enabled=true';
const policies = 'networkPolicies.enabled=true';
const openPolicies = 'networkPolicies.enabled=true';
export const common: readonly Value[] = [
  {
    path: 'allowGetAllResources',
    schema: boolean,
    fallback: false,
    about:
      'Lets the mapper get every object in the cluster, Secrets too, as the original may. It is of use only for owners of pods that are kinds of their own: better name those in `mapper.ownerKinds`.',
  },
  {
    path: 'access.createRoles',
    schema: boolean,
    fallback: true,
    about:
      'ClusterRoles `network-mapper-view` and `network-mapper-admin`, which give those who have the roles `view` and `admin` the map of their namespaces.',
  },
  {
    path: 'networkPolicies.enabled',
    schema: boolean,
    fallback: false,
    about:
      'NetworkPolicies for the pods of this chart (those of the sniffer are in the node’s network, where none apply).',
  },
  {
    path: 'networkPolicies.clients',
    schema: list,
    fallback: [],
    about:
      'Who may reach the API of the mapper: peers as in `from` of a NetworkPolicy. Empty is anybody, as sniffers come with their nodes’ addresses. If set, name the nodes’ networks too.',
    sample: [{ ipBlock: { cidr: '10.0.0.0/8' } }],
    needs: openPolicies,
  },
  {
    path: 'networkPolicies.metricsClients',
    schema: list,
    fallback: [{ namespaceSelector: {} }],
    about: 'Who may reach the metrics: peers as in `from` of a NetworkPolicy.',
    sample: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    needs: policies,
  },
  {
    path: 'networkPolicies.apiServerPorts',
    schema: { type: 'array', items: port },
    fallback: [443, 6443],
    about: 'Ports of the API server: of its Service and of its endpoints.',
    sample: [16443],
    needs: policies,
  },
  {
    path: 'networkPolicies.extraEgress',
    schema: list,
    fallback: [],
    about: 'More rules for what the mapper may reach, e.g. a collector of OpenTelemetry.',
    sample: [{ ports: [{ port: 4317 }] }],
    needs: policies,
  },
  {
    path: 'opentelemetry.endpoint',
    schema: text,
    about:
      'Address of the collector (`OTEL_EXPORTER_OTLP_ENDPOINT`), such as `http://collector.monitoring:4317`; the other standard variables are for `mapper.extraEnvVars`.',
    sample: 'http://collector.monitoring:4317',
  },
  {
    path: 'events.secretKeyRef.secretName',
    schema: text,
    about: 'Name of a Secret of your own with the secret by which posts of events are signed.',
    sample: 'mine',
    needs: 'events.secretKeyRef.secretKey=key',
  },
  {
    path: 'events.secretKeyRef.secretKey',
    schema: text,
    about: 'Its key with that secret.',
    sample: 'key',
    needs: 'events.secretKeyRef.secretName=mine',
  },
  {
    path: 'metrics.serviceMonitor.enabled',
    schema: boolean,
    fallback: false,
    about: 'ServiceMonitors of the Prometheus operator, with the Services that they need.',
  },
  {
    path: 'metrics.serviceMonitor.interval',
    schema: text,
    fallback: '30s',
    about: 'Time between two scrapes.',
    sample: '7s',
    needs: monitored,
  },
  {
    path: 'metrics.serviceMonitor.labels',
    schema: map,
    fallback: {},
    about: 'Labels by which Prometheus selects ServiceMonitors.',
    sample: { release: 'prometheus' },
    needs: monitored,
  },
  {
    path: 'metrics.alerts.enabled',
    schema: boolean,
    fallback: false,
    about: 'Alerts, as a PrometheusRule of the Prometheus operator.',
  },
  {
    path: 'metrics.alerts.labels',
    schema: map,
    fallback: {},
    about: 'Labels by which Prometheus selects rules.',
    sample: { release: 'prometheus' },
    needs: 'metrics.alerts.enabled=true',
  },
  {
    path: 'metrics.dashboard.enabled',
    schema: boolean,
    fallback: false,
    about: 'A Grafana dashboard, as a ConfigMap for Grafana’s sidecar.',
  },
  {
    path: 'metrics.dashboard.labels',
    schema: map,
    fallback: { grafana_dashboard: '1' },
    about: 'Labels by which the sidecar selects dashboards.',
    sample: { dashboards: 'yes' },
    needs: 'metrics.dashboard.enabled=true',
  },
];
