import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  snapshotText,
  type MapCall,
  type MapPath,
  type MapService,
  type MapTopic,
  type MapWorkload,
  type NetworkMap,
} from '../src/network-map.ts';

export const service = (place: string): MapService => {
  const [namespace = '', name = ''] = place.split('/');
  return { namespace, name, podOwnerKind: null, kubernetesService: null };
};

export function topic(name: string, more: Partial<MapTopic>): MapTopic {
  return { name, operations: [], deniedOperations: [], assignedOperations: [], groups: [], ...more };
}

export function httpPath(path: string, more: Partial<MapPath>): MapPath {
  return { path, methods: [], grpc: false, responseCodes: [], ...more };
}

/** A call as `namespace/client > namespace/server`, to port 80 of a Service and 8080 of the pod behind it. */
export function call(edge: string, more: Partial<MapCall> = {}): MapCall {
  const [client = '', server = ''] = edge.split(' > ');
  return {
    client: service(client),
    server: service(server),
    type: null,
    kafkaTopics: [],
    httpResources: [],
    ports: [80],
    protocols: ['TCP'],
    endpoints: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
    evidence: ['DNS', 'TCP'],
    sightings: { firstSeen: '2026-01-02T03:04:05.678Z', lastSeen: '2026-01-02T03:05:06.7Z', count: 12 },
    ...more,
  };
}

/** A workload whose pods are selected by `app`, its name. */
export function workload(place: string, more: Partial<MapWorkload> = {}): MapWorkload {
  const { name, namespace } = service(place);
  const selected = { matchLabels: [{ key: 'app', value: name }], problem: null, services: [], hostAddresses: [] };
  return { name, namespace, kind: 'Deployment', ...selected, ...more };
}

/** A map of calls between workloads that are all selected by their names. */
export function mapOf(calls: readonly MapCall[], more: Partial<NetworkMap> = {}): NetworkMap {
  const places = new Set(calls.flatMap(({ client, server }) => [client, server]).map(s => `${s.namespace}/${s.name}`));
  return { calls, workloads: [...places].map(place => workload(place)), incoming: [], external: [], ...more };
}

/** Files of snapshots in a folder that goes with the test. */
export class SnapshotFolder implements AsyncDisposable {
  readonly #folder = mkdtemp(join(tmpdir(), 'cli-snapshots-'));
  #files = 0;

  async write(map: NetworkMap | string): Promise<string> {
    const path = join(await this.#folder, `${++this.#files}.json`);
    await writeFile(path, typeof map === 'string' ? map : snapshotText(map));
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(await this.#folder, { recursive: true });
  }
}
