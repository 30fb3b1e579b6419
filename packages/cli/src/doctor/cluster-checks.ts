import { KubeError, nodeNames, type KubeConnection } from '@network-mapper/kube';
import { ok, type Check } from './check.ts';

/** What the commands need beside the way to the mapper. */
const rights = [
  { group: '', resource: 'nodes', verb: 'list', use: 'agents and doctor name nodes without a sniffer' },
  { group: '', resource: 'pods', verb: 'list', use: 'explain asks which policies block a call' },
  {
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    verb: 'list',
    use: 'explain asks which policies block a call',
  },
];

/** Names of DaemonSets that enforce NetworkPolicies, as their projects install them. */
const enforcers: Readonly<Record<string, string>> = {
  'calico-node': 'Calico',
  canal: 'Canal',
  cilium: 'Cilium',
  'kube-router': 'kube-router',
  'antrea-agent': 'Antrea',
  'weave-net': 'Weave Net',
  'ovnkube-node': 'OVN-Kubernetes',
  'azure-npm': 'Azure Network Policy Manager',
  'kube-network-policies': 'kube-network-policies',
  anetd: 'Dataplane V2 of GKE',
};

/** What only the cluster knows; `sniffed` are the nodes that a sniffer reports from. */
export async function clusterChecks(cluster: KubeConnection, sniffed: ReadonlySet<string>): Promise<readonly Check[]> {
  return Promise.all([
    known('nodes', () => nodes(cluster, sniffed)),
    ...rights.map(right => known('rights', () => mayDo(cluster, right))),
    known('enforcement', () => enforcement(cluster)),
  ]);
}

/** A check that the cluster does not let us make is a warning of its own. */
async function known(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return { name, status: 'warn', found: `Not known: ${error.message}`, remedy: 'Run it with more rights to know.' };
  }
}

async function nodes(cluster: KubeConnection, sniffed: ReadonlySet<string>): Promise<Check> {
  const names = await nodeNames(cluster);
  const missing = names.filter(name => !sniffed.has(name));
  if (missing.length === 0) return ok('nodes', { found: `A sniffer reports from each of the ${names.length} nodes.` });
  return {
    name: 'nodes',
    status: 'warn',
    found: `No sniffer reports from ${missing.length} of ${names.length} nodes: ${missing.join(', ')}.`,
    remedy: 'See whether the sniffer has a pod there: taints, resources, PodSecurity of its namespace.',
  };
}

async function mayDo(cluster: KubeConnection, { group, resource, verb, use }: (typeof rights)[number]): Promise<Check> {
  const answer = (await cluster.create('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { group, resource, verb } },
  })) as { readonly status?: { readonly allowed?: boolean } };
  if (answer.status?.allowed === true) return ok('rights', { found: `You may ${verb} ${resource}.` });
  return {
    name: 'rights',
    status: 'warn',
    found: `You may not ${verb} ${resource} of all namespaces: with it, ${use}.`,
    remedy: 'Ask for the right, or do without.',
  };
}

async function enforcement(cluster: KubeConnection): Promise<Check> {
  const { items } = (await cluster.getJson('/apis/apps/v1/daemonsets')) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } } };
    }[];
  };
  const found = items.flatMap(({ metadata, spec }) => {
    const isAgentOfAws = (spec?.template?.spec?.containers ?? []).some(
      ({ name, args = [] }) => name === 'aws-eks-nodeagent' && args.includes('--enable-network-policy=true'),
    );
    return isAgentOfAws ? ['the Amazon VPC CNI'] : (enforcers[metadata.name] ?? []);
  });
  if (found.length > 0) return ok('enforcement', { found: `NetworkPolicies are enforced by ${found.join(', ')}.` });
  return {
    name: 'enforcement',
    status: 'warn',
    found: 'Nothing that is known to enforce NetworkPolicies runs as a DaemonSet.',
    remedy: 'Policies may do nothing here: try one before you rely on it. (k3s enforces them from within.)',
  };
}

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
}
