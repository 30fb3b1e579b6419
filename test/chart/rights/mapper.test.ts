import { operations } from '@network-mapper/api';
import {
  cronJob,
  daemonSet,
  deployment,
  job,
  node,
  object,
  pod,
  replicaSet,
  service,
  statefulSet,
  updateEndpointSlices,
  type KubernetesApi,
} from '@network-mapper/testkit';
import { startMapper, type RunningMapper } from '../../../packages/mapper/test/running-mapper.ts';
import { eachRightIsNeeded } from './each-right.ts';
import { grantedRights } from './granted-rights.ts';

const namespace = 'shop';
const owners = [
  deployment({ name: 'web', namespace }),
  replicaSet({ name: 'bare', namespace }),
  statefulSet({ name: 'db', namespace }),
  daemonSet({ name: 'log', namespace }),
  job({ name: 'once', namespace }),
  cronJob({ name: 'nightly', namespace }),
];

/** A cluster with a pod of each kind of owner, a Service, ClientIntents, an agent and a person. */
function fill(kubernetes: KubernetesApi): void {
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

eachRightIsNeeded({
  name: 'the mapper',
  rights: await grantedRights('otterize-network-mapper'),
  start: async kubernetes => {
    fill(kubernetes);
    const env = { OTTERIZE_API_AUTH: 'required', OTTERIZE_DNS_CLIENT_INTENTS_UPDATE_INTERVAL: '10ms' };
    const running = await startMapper(kubernetes, { env, now: Date.parse('2024-01-01T12:01:00Z') });
    return { use: () => use(running), [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() };
  },
});
