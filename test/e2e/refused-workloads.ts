import type { Kubectl } from './kubectl.ts';

interface Refusal {
  readonly place: string;
  readonly reason: string;
}

/** The workloads that an export named on standard error. */
export function refusedOf(stderr: string): readonly Refusal[] {
  return [...stderr.matchAll(/^No policy for (\S+?): (.*)$/gm)].map(([, place = '', reason = '']) => ({
    place,
    reason,
  }));
}

/** The pods of workloads that have no policy are left open: the export named them, so that somebody looks at them. */
export async function leftOpen(kubectl: Kubectl, refused: readonly Refusal[]): Promise<readonly object[]> {
  const policies: object[] = [];
  for (const { place } of refused) {
    const [namespace = '', name = ''] = place.split('/');
    for (const labels of await labelsOfPods(kubectl, { namespace, name }))
      policies.push({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: `open-${policies.length}`, namespace },
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ['Ingress', 'Egress'],
          ingress: [{}],
          egress: [{}],
        },
      });
  }
  return policies;
}

/** Labels that select the pods of a workload; none where it has none of its own. */
async function labelsOfPods(
  kubectl: Kubectl,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<readonly object[]> {
  const { items } = JSON.parse(
    await kubectl('get', 'deployment,statefulset,daemonset', '-n', namespace, '-o', 'json'),
  ) as {
    readonly items: readonly {
      readonly metadata: { readonly name: string };
      readonly spec: {
        readonly selector: { readonly matchLabels: object };
        readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
      };
    }[];
  };
  return items
    .filter(
      ({ metadata, spec }) =>
        metadata.name === name || spec.template.metadata.annotations?.['intents.otterize.com/workload-name'] === name,
    )
    .map(({ spec }) => spec.selector.matchLabels);
}
