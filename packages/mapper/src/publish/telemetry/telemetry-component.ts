import { createHash, randomUUID } from 'node:crypto';
import type { KubeConnection } from '@network-mapper/kube';

/** Who sends telemetry (`Component` of the telemetry's API): nothing in it says whose cluster it is. */
export interface TelemetryComponent {
  readonly componentType: 'NETWORK_MAPPER';
  /** New with each start. */
  readonly componentInstanceId: string;
  /** The cluster's, hashed. */
  readonly contextId: string;
  readonly version: string;
  readonly cloudClientId: null;
}

/** The original's, so that a cluster stays the same one: it hides nothing that can be guessed. */
const salt = 'jTfYPbjfq9VlhTDfV9lZEyBI29QYqPqn';

/** A cluster is known by the UID of its namespace `kube-system`; where that cannot be read, by a random one. */
export async function createTelemetryComponent(
  connection: KubeConnection,
  { version, signal }: { readonly version: string; readonly signal: AbortSignal },
): Promise<TelemetryComponent> {
  const uid = await connection.getJson('/api/v1/namespaces/kube-system', { signal }).then(
    namespace => (namespace as { readonly metadata?: { readonly uid?: string } }).metadata?.uid,
    () => undefined, // It may be forbidden: then it is not known.
  );
  return {
    componentType: 'NETWORK_MAPPER',
    componentInstanceId: randomUUID(),
    contextId: createHash('sha256')
      .update(`${salt}${uid ?? randomUUID()}`)
      .digest('hex'),
    version,
    cloudClientId: null,
  };
}
