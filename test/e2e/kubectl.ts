import { command } from './command.ts';

export type Kubectl = (...args: readonly string[]) => Promise<string>;

/** kubectl on one cluster; `signal` ends what is running. */
export function kubectlOf(kubeconfig: string, signal?: AbortSignal): Kubectl {
  return (...args) => command('kubectl', ['--kubeconfig', kubeconfig, ...args], { signal });
}

/** Creates or changes objects. */
export async function apply(kubeconfig: string, objects: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await command('kubectl', ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { input });
}
