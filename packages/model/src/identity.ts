/** The name by which people know a workload: what the map draws as one node. */
export interface ServiceIdentity {
  readonly name: string;
  readonly namespace: string;
}

/** A key under which equal identities collide, and by which the map is ordered. */
export function identityKey(identity: ServiceIdentity): string {
  return `${identity.namespace}/${identity.name}`;
}
