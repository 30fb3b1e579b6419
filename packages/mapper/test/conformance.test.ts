import {
  createKubernetesApi,
  readJsonLines,
  statuses,
  updateEndpointSlices,
  type KubernetesApi,
} from '@network-mapper/testkit';
import { describe, expect, test } from 'vitest';
import { differences } from './partial-match.ts';
import { startMapper, type RunningMapper } from './running-mapper.ts';
import { Stores } from './stores.ts';

interface Objects {
  readonly pods?: readonly object[];
  readonly services?: readonly object[];
  readonly endpoints?: readonly object[];
  readonly nodes?: readonly object[];
  readonly owners?: readonly { readonly apiVersion: string; readonly kind: string }[];
  readonly delete?: readonly string[];
  readonly ownerGetErrors?: Readonly<Record<string, keyof typeof refusals>>;
  readonly unknownKinds?: readonly string[];
  readonly servedVersions?: Readonly<Record<string, readonly string[]>>;
  readonly noApiServer?: boolean;
}

interface Case {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly runningOnAws?: boolean;
  readonly cluster: Objects;
  readonly reports: readonly {
    readonly mutation?: string;
    readonly variables?: unknown;
    readonly cluster?: Objects;
    readonly advanceSeconds?: number;
    readonly drain?: string;
  }[];
  readonly query: {
    readonly op?: 'intents' | 'serviceIntents';
    readonly store?: string;
    readonly args?: Readonly<Record<string, unknown>>;
  };
  readonly expect: readonly unknown[];
}

const refusals = {
  Forbidden: statuses.forbidden,
  NotFound: statuses.notFound,
  Timeout: statuses.timeout,
  InternalError: statuses.internalError,
  ServerTimeout: statuses.internalError,
};

/** Every case has these objects too, unless it says otherwise. */
const baseCluster: Objects = {
  services: [
    {
      metadata: { name: 'kubernetes', namespace: 'default' },
      spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', clusterIPs: ['10.96.0.1'], ports: [{ port: 443 }] },
    },
  ],
  endpoints: [
    {
      metadata: { name: 'kubernetes', namespace: 'default' },
      subsets: [{ addresses: [{ ip: '172.20.0.10' }], ports: [{ port: 6443 }] }],
    },
  ],
};

const identity = `name namespace labels { key value } nameResolvedUsingAnnotation podOwnerKind { group version kind } kubernetesService
  resolutionData { host podHostname procfsHostname port isService uptime lastSeen extraInfo hasLinkerdSidecar tcpDestResolveFixData { isSrcControlPlane resolvedUsingIp } }`;

const queries = {
  intents: `query ($namespaces: [String!], $includeLabels: [String!], $excludeServiceWithLabels: [String!], $includeAllLabels: Boolean, $server: ServerFilter) {
    result: intents(namespaces: $namespaces, includeLabels: $includeLabels, excludeServiceWithLabels: $excludeServiceWithLabels, includeAllLabels: $includeAllLabels, server: $server) {
      client { ${identity} } server { ${identity} } type resolutionData kafkaTopics { name operations } httpResources { path methods } awsActions
    }
  }`,
  serviceIntents: `query ($namespaces: [String!], $includeLabels: [String!], $includeAllLabels: Boolean) {
    result: serviceIntents(namespaces: $namespaces, includeLabels: $includeLabels, includeAllLabels: $includeAllLabels) { client { ${identity} } intents { ${identity} } }
  }`,
};

const argumentTypes: Readonly<Record<string, string>> = {
  reportCaptureResults: 'results: CaptureResults!',
  reportTCPCaptureResults: 'results: CaptureTCPResults!',
  reportSocketScanResults: 'results: SocketScanResults!',
  reportKafkaMapperResults: 'results: KafkaMapperResults!',
  reportIstioConnectionResults: 'results: IstioConnectionResults!',
  reportAWSOperation: 'operation: [AWSOperation!]!',
  reportAzureOperation: 'operation: [AzureOperation!]!',
  reportGCPOperation: 'operation: [GCPOperation!]!',
  reportTrafficLevelResults: 'results: TrafficLevelResults!',
};

const start = Date.parse('2024-01-01T12:00:30Z');
const cases = readJsonLines(new URL('fixtures/conformance.jsonl', import.meta.url)) as readonly Case[];

/** Where the original maps wrongly, and we on purpose otherwise. */
const departures: Readonly<Record<string, string>> = {
  'dns-source-pending-dropped':
    'A pod of phase Pending that has an address runs its init containers, which make calls.',
  'dns-external-counts-across-intervals': 'A consumer gets an edge as it stands, with all of its addresses.',
  'identity-first-owner-reference-only': 'The owner that controls a pod is followed, wherever it stands in the list.',
  'identity-static-pod-owned-by-node': 'A Node is no workload: static pods of a node are distinguished.',
  'merge-service-name-not-added-later': 'The name of the Service is filled in when it becomes known.',
};

test('every departure is a case', () => {
  expect(cases.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(departures)));
});

describe('where the original is departed from', () => {
  test.for(cases.filter(({ name }) => name in departures))('$name differs', async each => {
    expect(await differencesOf(each)).not.toEqual([]);
  });
});

describe('the cases that the original was checked against', () => {
  test.for(cases.filter(({ name }) => !(name in departures)))('$name', async each => {
    expect(await differencesOf(each)).toEqual([]);
  });
});

async function differencesOf({
  env = {},
  runningOnAws,
  cluster,
  reports,
  query,
  expect: wanted,
}: Case): Promise<readonly string[]> {
  await using kubernetes = await createKubernetesApi();
  if (cluster.noApiServer !== true) apply(kubernetes, baseCluster);
  prepareKinds(kubernetes, cluster);
  apply(kubernetes, cluster);
  await using running = await startMapper(kubernetes, {
    now: start,
    env: { ...env, ...(runningOnAws === true ? { OTTERIZE_REQUIRE_HOSTNAME: 'true' } : {}) },
  });
  const stores = new Stores(running);

  for (const step of reports) {
    if (step.cluster !== undefined) await change(kubernetes, running, step.cluster);
    else if (step.advanceSeconds !== undefined) {
      running.clock.now += step.advanceSeconds * 1000;
      running.mapper.tick();
    } else if (step.drain !== undefined) stores.read(step.drain);
    else expect(await report(running, step.mutation ?? '', step.variables)).toMatchObject({ status: 200 });
  }

  const got =
    query.op === undefined
      ? stores.read(query.store ?? '', query.args)
      : (await running.ask(queries[query.op], query.args ?? {})).body.data?.result;
  return differences(wanted, got);
}

async function report(running: RunningMapper, mutation: string, variables: unknown): Promise<unknown> {
  const typed = argumentTypes[mutation];
  if (typed === undefined) return running.ask(`mutation { ${mutation} }`);
  const name = typed.slice(0, typed.indexOf(':'));
  return running.ask(`mutation ($${typed}) { ${mutation}(${name}: $${name}) }`, variables);
}

function prepareKinds(
  kubernetes: KubernetesApi,
  { ownerGetErrors = {}, unknownKinds = [], servedVersions = {}, owners = [] }: Objects,
): void {
  for (const [key, reason] of Object.entries(ownerGetErrors)) {
    const [, kind = '', namespace = '', name = ''] = key.split('|');
    kubernetes.refuse({ plural: `${kind.toLowerCase()}s`, namespace, name }, refusals[reason]);
  }
  for (const kind of unknownKinds) withdraw(kubernetes, kind);
  for (const [kind, versions] of Object.entries(servedVersions)) {
    for (const apiVersion of [
      'batch/v1',
      ...owners.filter(owner => owner.kind === kind).map(owner => owner.apiVersion),
    ]) {
      if (!versions.includes(apiVersion)) kubernetes.withdraw({ apiVersion, kind });
    }
  }
}

function withdraw(kubernetes: KubernetesApi, text: string): void {
  const slash = text.lastIndexOf('/');
  kubernetes.withdraw({ apiVersion: text.slice(0, slash), kind: text.slice(slash + 1) });
}

interface Metadata {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function apply(kubernetes: KubernetesApi, cluster: Objects): void {
  const put = (apiVersion: string, kind: string, list: readonly object[] = []): void => {
    for (const item of list) kubernetes.put({ apiVersion, kind, ...(item as Metadata) });
  };
  put('v1', 'Pod', cluster.pods);
  put('v1', 'Service', cluster.services);
  put('v1', 'Endpoints', cluster.endpoints);
  put('v1', 'Node', cluster.nodes);
  for (const owner of cluster.owners ?? []) put(owner.apiVersion, owner.kind, [owner]);
  for (const reference of cluster.delete ?? []) {
    const [kind = '', namespace = '', name = ''] = reference.split('/');
    kubernetes.remove({ apiVersion: 'v1', kind, metadata: { namespace, name } });
  }
  updateEndpointSlices(kubernetes);
}

/** Changes the cluster and waits until the mapper has heard of it. */
async function change(kubernetes: KubernetesApi, running: RunningMapper, cluster: Objects): Promise<void> {
  apply(kubernetes, cluster);
  const marker = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'marker', namespace: 'heard', labels: { at: String(Math.random()) } },
  };
  kubernetes.put(marker);
  const question =
    'query { serviceIdentity(pod: { name: "marker", namespace: "heard" }) { identity { labels { value } } } }';
  await expect
    .poll(async () => JSON.stringify((await running.ask(question)).body))
    .toContain(marker.metadata.labels.at);
}
