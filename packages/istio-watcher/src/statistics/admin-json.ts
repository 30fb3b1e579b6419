import type { CounterSample, Labels } from './counter-sample.ts';

/**
 * Labels of `istio_requests_total` in the order in which Istio's filter writes them (istio/proxy,
 * source/extensions/filters/http/istio_stats), and those of `metrics.overrides.tagOverrides`, which follow in
 * alphabetical order.
 */
const labelOrder = [
  'reporter',
  'source_workload',
  'source_canonical_service',
  'source_canonical_revision',
  'source_workload_namespace',
  'source_principal',
  'source_app',
  'source_version',
  'source_cluster',
  'destination_workload',
  'destination_workload_namespace',
  'destination_principal',
  'destination_app',
  'destination_version',
  'destination_service',
  'destination_canonical_service',
  'destination_canonical_revision',
  'destination_service_name',
  'destination_service_namespace',
  'destination_cluster',
  'request_protocol',
  'response_code',
  'grpc_response_status',
  'response_flags',
  'connection_security_policy',
  'request_host',
  'request_method',
  'request_operation',
  'request_path',
];

/**
 * What Envoy's admin endpoint answers to `stats?format=json`: names in which each label stands before its value, all
 * joined by dots. Values may hold dots as well, so the name is cut at the labels, in their order.
 * @returns undefined when it is not such an answer.
 */
export function parseAdminJson(text: string): readonly CounterSample[] | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof answer !== 'object' || answer === null || !('stats' in answer) || !Array.isArray(answer.stats))
    return undefined;
  return (answer.stats as readonly unknown[]).flatMap(toSample);
}

const metric = 'istio_requests_total';

function toSample(stat: unknown): readonly CounterSample[] {
  if (typeof stat !== 'object' || stat === null || !('name' in stat) || !('value' in stat)) return [];
  const { name, value } = stat;
  if (typeof name !== 'string' || typeof value !== 'number') return [];
  const start = name.indexOf(`${metric}.`);
  if (start < 0) return [];
  return [{ metric, id: name, value, labels: () => labelsIn(name.slice(start + metric.length)) }];
}

/** `rest` begins with the dot before the first label. */
function labelsIn(rest: string): Labels {
  const labels = new Map<string, string>();
  let open: { readonly name: string; readonly from: number } | undefined;
  // An older Envoy leaves out an empty value with its dot: the dot after a label may be the one before the next.
  let next = 0;
  for (const name of labelOrder) {
    const at = rest.indexOf(`.${name}.`, next);
    if (at < 0) continue;
    if (open !== undefined) labels.set(open.name, rest.slice(open.from, at));
    open = { name, from: at + name.length + 2 };
    next = open.from - 1;
  }
  if (open !== undefined) labels.set(open.name, rest.slice(open.from));
  return labels;
}
