import { unknownProvenance } from '@network-mapper/model';
import type { ResolveContext } from './context.ts';
import type { Backends, ServiceRecord } from './lookups.ts';
import { extraInfo as names } from './original-names.ts';
import { apiServerWorkload, candidatesAmong, isApiServerService, provenanceOf, resolvePod } from './pod-workload.ts';
import { skipped, type Resolved, type ResolvedServer, type Unresolved } from './resolution.ts';
import { distrustBackend } from './trust.ts';

export interface ServiceCall {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The address or name that was called. */
  readonly host: string;
  readonly port?: number | undefined;
  /** By which evidence, in the original's words. */
  readonly extraInfo?: string;
}

/** What is behind a Service's address: the first of its pods stands for all of them. */
export function resolveService(
  context: ResolveContext,
  service: ServiceRecord,
  { at, host, port, extraInfo = names.service }: ServiceCall,
): ResolvedServer | Unresolved {
  const behind = context.lookups.backendsOf(service);
  const [first] = behind.pods;
  const known = { host, port: port ?? null, isService: true, extraInfo, lastSeen: at };
  if (first === undefined) {
    if (!isApiServerService(service)) return skipped('service-without-pods', service.namespace);
    return {
      kind: 'resolved',
      workload: apiServerWorkload,
      provenance: () => ({ ...unknownProvenance, ...known }),
      pod: undefined,
      service,
      candidates: [],
    };
  }
  const reason = distrustBackend(first, at);
  if (reason !== undefined) return skipped(reason, service.namespace);
  const provenance = provenanceOf(context, first, known);
  const server = resolvePod(context, first, () => ({ ...provenance(), hasLinkerdSidecar: null }));
  return viaService(context, { service, server, candidates: candidatesAmong(context, behind.pods, behind) });
}

/** A server as one that was reached through a Service. */
export function viaService(
  { interner }: ResolveContext,
  {
    service,
    server,
    candidates,
  }: {
    readonly service: ServiceRecord;
    readonly server: Resolved | Unresolved;
    readonly candidates: readonly string[];
  },
): ResolvedServer | Unresolved {
  if (server.kind !== 'resolved') return server;
  const { provenance, pod } = server;
  const workload = interner.viaService(server.workload, service.name);
  return { kind: 'resolved', workload, provenance, pod, service, candidates };
}

/**
 * The port of the pods behind a port of a Service (EndpointSlices name it); undefined where pods differ or nothing is
 * known.
 */
export function targetPortOf(
  { ports }: ServiceRecord,
  { targetPorts }: Backends,
  called: { readonly port: number; readonly protocol: string | undefined },
): number | undefined {
  const { protocol = 'TCP' } = called;
  const open = ports.find(
    each => (each.port === called.port || each.nodePort === called.port) && each.protocol === protocol,
  );
  const target = open && targetPorts.get(open.name);
  return target === 0 ? undefined : target;
}
