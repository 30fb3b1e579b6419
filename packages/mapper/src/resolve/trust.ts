import { normalAddress, type SkipReason } from '@network-mapper/model';
import type { PodRecord } from './lookups.ts';

/*
 * Is the pod that was found the one that was seen? Every rule that may object stands here; the first objection is the
 * reason why a sighting is not on the map.
 */

/** What a source says of one side. */
export interface Claim {
  /** Milliseconds since the epoch, by the clock of the node. */
  readonly at: number;
  /** What the process says its host is called; undefined when the agent could not read it. */
  readonly hostname: string | undefined;
  /** Whether a client without a hostname is refused. */
  readonly requireHostname: boolean;
  /** Whether the agent itself said that the process belongs to this pod. */
  readonly namedByUid: boolean;
}

type Rule = (pod: PodRecord, claim: Claim) => SkipReason | undefined;

const startedLater: Rule = (pod, { at }) => (pod.createdAt > at ? 'pod-started-later' : undefined);

const otherHostname: Rule = (pod, { hostname, requireHostname, namedByUid }) => {
  if (namedByUid) return undefined;
  if (hostname === undefined || isNoHostname(hostname)) return requireHostname ? 'hostname-mismatch' : undefined;
  return isHostnameOf(pod, hostname) ? undefined : 'hostname-mismatch';
};

/** Why a pod is not the client that was seen, if it is not. */
export function distrustClient(pod: PodRecord, claim: Claim): SkipReason | undefined {
  return startedLater(pod, claim) ?? otherHostname(pod, claim);
}

/** Why a pod behind a Service, or named by its source, is not the server that was seen. */
export function distrustBackend(pod: PodRecord, at: number): SkipReason | undefined {
  return pod.createdAt > at ? 'pod-started-later' : undefined;
}

/**
 * Why the pod that held an address is not believed to be the server; `trustAfter` are the milliseconds that it must
 * have lived.
 */
export function distrustHolder(
  pod: PodRecord,
  { at, trustAfter }: { readonly at: number; readonly trustAfter: number },
): SkipReason | undefined {
  return pod.createdAt > at - trustAfter ? 'pod-too-young' : undefined;
}

/**
 * Whether a pod may call itself so: by its name, its hostname, or its hostname with a domain (RFC 1123 section 2.1:
 * letter case means nothing).
 */
export function isHostnameOf({ name, hostname: own }: PodRecord, hostname: string): boolean {
  if (hostname === own || hostname === name) return true;
  const lower = hostname.toLowerCase();
  const ownLower = own.toLowerCase();
  return lower === ownLower || lower.startsWith(`${ownLower}.`) || ownLower.startsWith(`${lower}.`);
}

/** Images set HOSTNAME to the address that a server should listen on; that is nobody's name. */
function isNoHostname(text: string): boolean {
  return normalAddress(text) !== undefined || text === 'localhost';
}
