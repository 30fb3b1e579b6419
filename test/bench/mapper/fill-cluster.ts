/**
 * Fills a real API server (without controllers, scheduler and nodes, so that nobody touches the pods) for the
 * benchmark: `fill-cluster.ts PODS` with KUBECONFIG set. Then `npm run bench:mapper -- ready` with the same KUBECONFIG
 * measures against it.
 */
import { execFileSync } from 'node:child_process';
import { Agent, request } from 'node:https';
import { clusterObjects } from './cluster-objects.ts';

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

const pods = Number(process.argv[2] ?? '1000');
const view = execFileSync('kubectl', ['config', 'view', '--raw', '--minify', '-o', 'json'], { encoding: 'utf8' });
const { clusters, users } = JSON.parse(view) as Kubeconfig;
const cluster = clusters[0]?.cluster;
const user = users[0]?.user;
if (cluster === undefined || user === undefined)
  throw new Error('KUBECONFIG names no cluster with client certificates.');
const decode = (text: string): Buffer => Buffer.from(text, 'base64');
const agent = new Agent({
  keepAlive: true,
  maxSockets: 16,
  ca: decode(cluster['certificate-authority-data']),
  cert: decode(user['client-certificate-data']),
  key: decode(user['client-key-data']),
});
const { hostname, port } = new URL(cluster.server);

const plurals: Readonly<Record<string, string>> = {
  Pod: 'api/v1 pods',
  Service: 'api/v1 services',
  Deployment: 'apis/apps/v1 deployments',
  ReplicaSet: 'apis/apps/v1 replicasets',
  EndpointSlice: 'apis/discovery.k8s.io/v1 endpointslices',
};

function send(method: string, path: string, body: unknown): Promise<void> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname,
      port,
      method,
      path,
      agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    });
    sent.on('response', response => {
      let answer = '';
      response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      response.on('end', () =>
        (response.statusCode ?? 500) < 300 || answer.includes('already')
          ? resolve()
          : reject(new Error(`${method} ${path}: ${answer.slice(0, 300)}`)),
      );
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

for (let index = 0; index < 50; index++) {
  await send('POST', '/api/v1/namespaces', { metadata: { name: `ns-${index}` } });
  await send('POST', `/api/v1/namespaces/ns-${index}/serviceaccounts`, { metadata: { name: 'default' } });
}
const objects = clusterObjects(pods);
await Promise.all(
  Array.from({ length: 16 }, async () => {
    for (const object of objects) {
      const { kind, metadata } = object;
      const [api = '', plural = ''] = (plurals[kind] ?? '').split(' ');
      const path = `/${api}/namespaces/${metadata.namespace ?? ''}/${plural}`;
      // The server gives UIDs and managed fields of its own.
      const rest = { ...metadata, managedFields: undefined, uid: undefined };
      await send('POST', path, { ...object, metadata: rest });
      if (kind === 'Pod') await send('PUT', `${path}/${metadata.name}/status`, { ...object, metadata: rest });
    }
  }),
);
agent.destroy();
