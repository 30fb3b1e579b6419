import { command } from './command.ts';

export type Kubectl = (...args: readonly string[]) => Promise<string>;

/** kubectl on one cluster; `signal` ends what is running. */
export function kubectlOf(kubeconfig: string, signal?: AbortSignal): Kubectl {
  return (...args) => command('kubectl', ['--kubeconfig', kubeconfig, ...args], { signal });
}

/** Waits until every Deployment, StatefulSet and DaemonSet of a namespace has all its pods ready. */
export async function rolledOut(kubectl: Kubectl, namespace: string, { seconds = 120 } = {}): Promise<void> {
  await kubectl('rollout', 'status', '-n', namespace, 'deployment,statefulset,daemonset', `--timeout=${seconds}s`);
}

/** Creates or changes objects. */
export async function apply(kubeconfig: string, objects: readonly object[]): Promise<void> {
  await applyManifest(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

/** Creates or changes the objects of a manifest's text; with `dryRun` the API server says only whether it would. */
export async function applyManifest(kubeconfig: string, input: string, { dryRun = false } = {}): Promise<void> {
  const more = dryRun ? ['--dry-run=server'] : [];
  await command('kubectl', ['--kubeconfig', kubeconfig, 'apply', ...more, '-f', '-'], { input });
}
