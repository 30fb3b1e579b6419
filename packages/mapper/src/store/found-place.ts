import type { Found } from '@network-mapper/model';

/** How one side of a sighting was found, without what differs each time. */
export type FoundPlace = Omit<Found, 'uptime' | 'lastSeen'>;

/** Places by their hosts, the last of each: the edges of one client, and those to one server, mostly share theirs. */
const places = new Map<string | null, FoundPlace>();

/** More than a cluster has pods and Services; then it begins anew, and equal places are merely kept twice. */
const most = 100_000;

/** What of a `Found` is not in its place: two numbers. */
export const foundNumbers = 2;

/** Keeps how a side was found: its place is returned, its times are put into a row of numbers, NaN for null. */
export function keepFound(found: Found | null, numbers: Float64Array, at: number): FoundPlace | null {
  if (found === null) return null;
  numbers[at] = found.uptime ?? NaN;
  numbers[at + 1] = found.lastSeen ?? NaN;
  return sharedPlace(found);
}

/** What `keepFound` kept. */
export function toFound(place: FoundPlace | null, numbers: Float64Array, at: number): Found | null {
  return place && { ...place, uptime: known(numbers[at]), lastSeen: known(numbers[at + 1]) };
}

function known(number = NaN): number | null {
  return Number.isNaN(number) ? null : number;
}

/** One object for equal places, as far as they are told one after another. */
export function sharedPlace(found: FoundPlace): FoundPlace {
  const last = places.get(found.host);
  if (last !== undefined && isAt(last, found)) return last;
  if (places.size >= most) places.clear();
  const { host, podHostname, procfsHostname, port, isService, extraInfo, hasLinkerdSidecar } = found;
  const { tcpDestResolveFixData } = found;
  const place = {
    host,
    podHostname,
    procfsHostname,
    port,
    isService,
    extraInfo,
    hasLinkerdSidecar,
    tcpDestResolveFixData,
  };
  places.set(host, place);
  return place;
}

function isAt(place: FoundPlace, found: FoundPlace): boolean {
  return (
    place.podHostname === found.podHostname &&
    place.procfsHostname === found.procfsHostname &&
    place.port === found.port &&
    place.isService === found.isService &&
    place.extraInfo === found.extraInfo &&
    place.hasLinkerdSidecar === found.hasLinkerdSidecar &&
    place.tcpDestResolveFixData?.isSrcControlPlane === found.tcpDestResolveFixData?.isSrcControlPlane &&
    place.tcpDestResolveFixData?.resolvedUsingIp === found.tcpDestResolveFixData?.resolvedUsingIp
  );
}
