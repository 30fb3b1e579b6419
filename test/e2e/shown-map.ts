import { join } from 'node:path';
import { until } from './checks.ts';
import { command } from './command.ts';
import { demoList, demoNamespace } from './demo-application.ts';

const cli = join(import.meta.dirname, '../../packages/cli/src/main.ts');

/** The map as the command line shows it, through a port-forward to the mapper. */
export class ShownMap {
  readonly #kubeconfig: string;
  readonly #signal: AbortSignal;

  constructor(kubeconfig: string, signal: AbortSignal) {
    this.#kubeconfig = kubeconfig;
    this.#signal = signal;
  }

  /** Waits for a call, written `client > server`. */
  async shows(call: string, where: { readonly namespace: string; readonly seconds: number }): Promise<void> {
    await until(
      { seconds: where.seconds, signal: this.#signal, wanted: call },
      async () => callsIn(await this.#list(where.namespace)).join(', '),
      shown => shown.split(', ').includes(call),
    );
  }

  /** Waits for the demo's whole call graph, and nothing else. */
  async isTheDemo(seconds: number): Promise<void> {
    await until(
      { seconds, signal: this.#signal, wanted: demoList },
      () => this.#list(demoNamespace),
      shown => shown === demoList,
    );
  }

  #list(namespace: string): Promise<string> {
    const args = ['list', '--short', '--quiet', '-n', namespace, '--kubeconfig', this.#kubeconfig];
    return command(process.execPath, [cli, ...args], { signal: this.#signal });
  }
}

/** What a short list shows, as `client > server`. */
function callsIn(shortList: string): readonly string[] {
  let client = '';
  return shortList.split('\n').flatMap(line => {
    const heading = /^(\S+) in namespace \S+ calls:$/.exec(line);
    if (heading) client = heading[1] ?? '';
    return line.startsWith('  - ') ? [`${client} > ${line.slice(4)}`] : [];
  });
}
