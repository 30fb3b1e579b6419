import { command } from './command.ts';

export type Kubectl = (...args: readonly string[]) => Promise<string>;

/** kubectl on one cluster; `signal` ends what is running. */
export function kubectlOf(kubeconfig: string, signal?: AbortSignal): Kubectl {
  return (...args) => command('kubectl', ['--kubeconfig', kubeconfig, ...args], { signal });
}

/** Creates or changes objects. */
export async function apply(kubeconfig: string, objects: readonly object[]): Promise<void> {
  await applyManifest(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

/** Creates or changes the objects of a manifest's text. */
async function applyManifest(kubeconfig: string, input: string): Promise<void> {
  await command('kubectl', ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { input });
}
