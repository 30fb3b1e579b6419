import type { Sighting } from '@network-mapper/model';

/** A pod that asked DNS for a name. */
export function lookup(name: string): Sighting {
  return {
    evidence: 'DNS',
    client: { kind: 'address', ip: '10.0.0.1' },
    server: { kind: 'name', name, ip: '10.0.0.2' },
    firstAt: Date.now(),
    at: Date.now(),
    count: 1,
    detail: { kind: 'dns', ttl: 30 },
  };
}
