import { connectKube, forwardPort, podOfService } from '../../packages/kube/src/index.ts';

const query = `query ($namespaces: [String!]) {
  intents(namespaces: $namespaces) {
    client { name } server { name } type
    kafkaTopics { name operations deniedOperations assignedOperations groups }
    httpResources { path methods grpc responseCodes }
  }
}`;

/** The map as the API answers it, through a port-forward to the mapper. */
export class AskedMap {
  readonly #kubeconfig: string;
  readonly #signal: AbortSignal;

  constructor(kubeconfig: string, signal: AbortSignal) {
    this.#kubeconfig = kubeconfig;
    this.#signal = signal;
  }

  /** The calls of the clients in a namespace, as JSON without anything that changes with time. */
  async calls(namespace: string): Promise<string> {
    const connection = await connectKube({ env: { KUBECONFIG: this.#kubeconfig } });
    const service = { namespace: 'otterize-system', name: 'otterize-network-mapper', port: 9090 };
    const port = await forwardPort(connection, await podOfService(connection, service));
    try {
      const response = await fetch(`${port.url}/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { namespaces: [namespace] } }),
        signal: this.#signal,
      });
      const { data } = (await response.json()) as { readonly data: { readonly intents: readonly unknown[] } };
      return data.intents
        .map(intent => JSON.stringify(intent))
        .sort()
        .join('\n');
    } finally {
      await port.close();
      connection.close();
    }
  }
}
