import type { Checks } from './checks.ts';
import { demoNamespace } from './demo-application.ts';
import { apply, type Kubectl } from './kubectl.ts';
import { nodesNamespace } from './special-workloads.ts';

/** An account that may see everything. */
export const auditor = 'network-mapper-e2e-auditor';
const viewer = 'network-mapper-e2e-viewer';

export interface AccessWorld {
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** The namespace of the mapper. */
  readonly system: string;
  readonly checks: Checks;
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Asked {
  readonly query: string;
  readonly variables?: unknown;
}

const allEdges = '{ intents { client { name namespace } server { name namespace } } }';
const reportDocument = 'mutation ($results: CaptureTCPResults!) { reportTCPCaptureResults(results: $results) }';

/** Who gets in, on a cluster whose API server says so: requests are sent from a pod that is nothing special. */
export async function checkAccess({ kubeconfig, kubectl, system, checks }: AccessWorld): Promise<void> {
  const account = (name: string, namespace: string): object => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace },
  });
  const binding = (kind: 'RoleBinding' | 'ClusterRoleBinding', name: string, role: string): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, ...(kind === 'RoleBinding' ? { namespace: demoNamespace } : {}) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name, namespace: demoNamespace }],
  });
  await apply(kubeconfig, [
    account(viewer, demoNamespace),
    account(auditor, demoNamespace),
    binding('RoleBinding', viewer, 'network-mapper-view'),
    binding('ClusterRoleBinding', auditor, 'network-mapper-admin'),
  ]);

  async function ask(token: string | undefined, body: Asked): Promise<Reply> {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const url = `http://otterize-network-mapper.${system}.svc:9090/query`;
    const program = `const reply = await fetch(${JSON.stringify(url)}, ${JSON.stringify({ method: 'POST', headers, body: JSON.stringify(body) })});
      console.log(JSON.stringify({ status: reply.status, text: await reply.text() }));`;
    const answer = await kubectl(
      'exec',
      '-n',
      nodesNamespace,
      await podIn(nodesNamespace),
      '--',
      'node',
      '--input-type=module',
      '-e',
      program,
    );
    return JSON.parse(answer) as Reply;
  }
  const podIn = async (namespace: string): Promise<string> =>
    (await kubectl('get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[0].metadata.name}')).trim();
  const tokenOf = async (name: string, ...options: readonly string[]): Promise<string> =>
    (await kubectl('create', 'token', name, '-n', demoNamespace, ...options)).trim();

  await checks.check('a pod without a token can neither ask nor report', async () => {
    equal((await ask(undefined, { query: allEdges })).status, 401);
    equal((await ask(undefined, reportOf('10.0.0.1', '10.0.0.2'))).status, 401);
  });
  await checks.check(
    'an account of one namespace sees the edges with a side in it, and of others nothing',
    async () => {
      const { status, text } = await ask(await tokenOf(viewer), { query: allEdges });
      equal(status, 200);
      if (!text.includes('"checkoutservice"')) throw new Error(`the demo's edges are missing: ${text.slice(0, 500)}`);
      const { data } = JSON.parse(text) as { data: { intents: Record<'client' | 'server', { namespace: string }>[] } };
      const namespaces = new Set(data.intents.flatMap(({ client, server }) => [client.namespace, server.namespace]));
      for (const namespace of namespaces)
        if (namespace !== demoNamespace && namespace !== 'hidden') throw new Error(`it saw ${namespace}`);
    },
  );
  await checks.check('whoever may only see may not reset or report', async () => {
    const token = await tokenOf(viewer);
    equal((await ask(token, { query: 'mutation { resetCapture }' })).status, 403);
    equal((await ask(token, reportOf('10.0.0.1', '10.0.0.2'))).status, 403);
    equal((await ask(await tokenOf(auditor), reportOf('10.0.0.1', '10.0.0.2'))).status, 403);
  });
  await checks.check('tokens for somebody else, and of accounts that are gone, are refused', async () => {
    equal((await ask(await tokenOf(viewer, '--audience', 'vault'), { query: allEdges })).status, 401);
    await apply(kubeconfig, [account('network-mapper-e2e-gone', demoNamespace)]);
    const token = await tokenOf('network-mapper-e2e-gone');
    await kubectl('delete', 'serviceaccount', 'network-mapper-e2e-gone', '-n', demoNamespace);
    equal((await ask(token, { query: allEdges })).status, 401);
  });
  await checks.check('a sniffer’s token invents no traffic between pods of another node', async () => {
    const sniffers = await podsByNode(kubectl, ['-n', system, '-l', 'app=otterize-network-sniffer']);
    const others = await podsByNode(kubectl, ['-n', nodesNamespace]);
    const [node = '', [sniffer] = []] = [...sniffers][0] ?? [];
    const elsewhere = [...others].find(([each]) => each !== node)?.[1] ?? [];
    const [from, to] = elsewhere;
    if (sniffer === undefined || from === undefined || to === undefined) return;
    const options = ['--audience', 'network-mapper', '--bound-object-kind', 'Pod', '--bound-object-name', sniffer.name];
    const token = (await kubectl('create', 'token', 'otterize-network-sniffer', '-n', system, ...options)).trim();
    equal((await ask(token, reportOf(from.ip, to.ip))).status, 200);
    const { text } = await ask(await tokenOf(auditor), {
      query: `{ intents(port: ${inventedPort}) { server { name } } unmapped(reasons: ["other-node"]) { nodes { client server } } }`,
    });
    const { data } = JSON.parse(text) as { data: { intents: unknown[]; unmapped: { nodes: unknown[] } } };
    equal(data.intents.length, 0);
    if (!JSON.stringify(data.unmapped.nodes).includes(from.ip)) throw new Error(`it is not counted: ${text}`);
  });
}

const inventedPort = 6_666;

function reportOf(from: string, to: string): Asked {
  const destinations = [
    { destination: to, destinationIP: to, destinationPort: inventedPort, lastSeen: new Date().toISOString() },
  ];
  return {
    query: reportDocument,
    variables: { results: { results: [{ srcIp: from, srcHostname: '', destinations }] } },
  };
}

interface Pod {
  readonly name: string;
  readonly ip: string;
}

async function podsByNode(kubectl: Kubectl, where: readonly string[]): Promise<ReadonlyMap<string, readonly Pod[]>> {
  const output = await kubectl('get', 'pods', ...where, '-o', 'json');
  const { items } = JSON.parse(output) as {
    items: { metadata: { name: string }; spec: { nodeName: string }; status: { podIP: string } }[];
  };
  const pods = items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    ip: status.podIP,
    node: spec.nodeName,
  }));
  return Map.groupBy(pods, ({ node }) => node);
}

function equal(actual: number, wanted: number): void {
  if (actual !== wanted) throw new Error(`${actual} instead of ${wanted}`);
}
