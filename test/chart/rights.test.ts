import { operations } from '@network-mapper/api';
import {
  createKubernetesApi,
  cronJob,
  daemonSet,
  deployment,
  job,
  node,
  object,
  pod,
  replicaSet,
  rightsOf,
  service,
  statefulSet,
  toText,
  updateEndpointSlices,
  type AccessRules,
  type KubernetesApi,
  type PolicyRule,
} from '@network-mapper/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startMapper, type RunningMapper } from '../../packages/mapper/test/running-mapper.ts';
import { rendered } from './helm.ts';

const namespace = 'shop';
const patient = 60_000;
const limit = { timeout: 2 * patient };

/** The rules of a ClusterRole as the chart makes it. */
async function rulesOf(role: string, ...args: readonly string[]): Promise<readonly PolicyRule[]> {
  for (const document of parseAllDocuments(await rendered(...args))) {
    const { kind, metadata, rules } = document.toJS() as {
      readonly kind: string;
      readonly metadata: { readonly name: string };
      readonly rules?: readonly PolicyRule[];
    };
    if (kind === 'ClusterRole' && metadata.name === role && rules !== undefined) return rules;
  }
  throw new Error(`the chart makes no ClusterRole ${role}`);
}

const owners = [
  deployment({ name: 'web', namespace }),
  replicaSet({ name: 'bare', namespace }),
  statefulSet({ name: 'db', namespace }),
  daemonSet({ name: 'log', namespace }),
  job({ name: 'once', namespace }),
  cronJob({ name: 'nightly', namespace }),
];

/** A cluster with a pod of each kind of owner, a Service, ClientIntents, an agent and a person. */
async function startCluster(): Promise<KubernetesApi> {
  const kubernetes = await createKubernetesApi();
  onTestFinished(() => kubernetes[Symbol.asyncDispose]());
  const ofKind = (owner: (typeof owners)[number], index: number) => {
    const { name } = owner.metadata;
    return pod({ name: `${name}-x`, namespace, ip: `10.0.0.${index + 1}`, owner, labels: { app: name } });
  };
  const intents = object({ apiVersion: 'k8s.otterize.com/v2alpha1', kind: 'ClientIntents', name: 'web', namespace });
  kubernetes.put(
    node({ name: 'node-1', ips: ['192.168.0.1'] }),
    ...owners,
    ...owners.map(ofKind),
    service({ name: 'db', namespace, clusterIp: '10.96.0.1', selector: { app: 'db' }, ports: [{ port: 80 }] }),
    { ...intents, spec: { workload: { name: 'web' }, targets: [{ internet: { domains: ['example.com'] } }] } },
  );
  updateEndpointSlices(kubernetes);
  const { reviews } = kubernetes;
  const sniffer = 'system:serviceaccount:otterize-system:otterize-network-sniffer';
  reviews.tokens.set('agent', { username: sniffer });
  reviews.tokens.set('person', { username: 'ann' });
  reviews.allows = ({ user }) => user === 'ann';
  return kubernetes;
}

async function send(running: RunningMapper, token: string, body: object): Promise<string> {
  const response = await fetch(`${running.url}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return response.text();
}

/** What an agent and a person do: an answer of DNS is reported, and each workload is asked about. */
async function use(running: RunningMapper): Promise<string> {
  const lastSeen = '2024-01-01T12:00:00Z';
  const destinations = [{ destination: 'example.com', destinationIP: '93.184.216.34', TTL: 3600, lastSeen }];
  const results = [{ srcIp: '10.0.0.1', srcHostname: 'web-x', destinations }];
  const { document: query, operationName } = operations.reportCaptureResults;
  const answers = [await send(running, 'agent', { query, operationName, variables: { results: { results } } })];
  for (const { metadata } of owners) {
    const workload = `workload(name: "${metadata.name}", namespace: "${namespace}")`;
    answers.push(await send(running, 'person', { query: `{ ${workload} { problem services { name } } }` }));
  }
  return answers.join('\n');
}

/** Starts a mapper that may do what the rules say, and uses it until that is enough. */
async function work(rules: readonly PolicyRule[], isEnough: (access: AccessRules) => boolean): Promise<AccessRules> {
  const kubernetes = await startCluster();
  const access = kubernetes.enforce(rules);
  const env = { OTTERIZE_API_AUTH: 'required', OTTERIZE_DNS_CLIENT_INTENTS_UPDATE_INTERVAL: '10ms' };
  await using running = await startMapper(kubernetes, { env, now: Date.parse('2024-01-01T12:01:00Z') });
  await vi.waitUntil(
    async () => {
      await use(running);
      return isEnough(access);
    },
    { timeout: patient, interval: 50 },
  );
  return access;
}

const rules = await rulesOf('otterize-network-mapper');
const rights = rules.flatMap(rightsOf);

test('the mapper is refused nothing, and uses every right that the chart gives it', limit, async () => {
  const all = rights.map(toText);
  const { refused } = await work(rules, ({ used }) => all.every(right => used.has(right)));
  expect([...refused]).toEqual([]);
});

test.each(rights.map(right => [toText(right), right] as const))(
  'a mapper that may not %s asks for it in vain',
  limit,
  async (text, right) => {
    const others = rights.filter(other => other !== right);
    const left = others.map(({ verb, group, resource }) => ({
      apiGroups: [group],
      resources: [resource],
      verbs: [verb],
    }));
    const { refused } = await work(left, access => access.refused.has(text));
    expect([...refused]).toEqual([text]);
  },
);
