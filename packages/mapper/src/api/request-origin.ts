import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface OriginOptions {
  /** DNS suffix of names in the cluster. */
  readonly clusterDomain: string;
  /** The namespace that the mapper runs in; undefined outside of a cluster. */
  readonly ownNamespace: string | undefined;
  /** Further names by which the mapper is asked, as behind an ingress. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may ask; `*` is any. */
  readonly corsOrigins: readonly string[];
}

/**
 * Names of the mapper's Service that are believed in the form NAME.NAMESPACE. Others need the longer form,
 * NAME.NAMESPACE.svc: a namespace may be called like a public domain (`dev`), under which anybody can have a name.
 */
const serviceNames: ReadonlySet<string> = new Set(['otterize-network-mapper', 'network-mapper', 'mapper']);

/**
 * Why a request may come from a web page that has no business here; undefined when it does not. A page of any site can
 * make a browser send requests to a port-forward on the same machine: browsers mark those by `Origin` and
 * `Sec-Fetch-Site`. A site that lets its own name lead to this machine (DNS rebinding) shows that name as `Host`.
 */
export function foreignness({ headers }: Pick<IncomingMessage, 'headers'>, options: OriginOptions): string | undefined {
  const { host, origin } = headers;
  const site = headers['sec-fetch-site'];
  if (host !== undefined && !isOwnName(hostnameOf(host), options)) {
    return `this mapper is not known as ${JSON.stringify(host.slice(0, 100))}: OTTERIZE_API_ALLOWED_HOSTS can name it`;
  }
  if (origin !== undefined) {
    if (isAllowedOrigin(origin, options.corsOrigins) || isSame(origin, host)) return undefined;
    return `pages of ${JSON.stringify(origin.slice(0, 100))} may not ask: OTTERIZE_CORS_ORIGINS can name it`;
  }
  // Images and scripts of other sites are asked for without an origin.
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
  return 'pages of other sites may not ask';
}

export function isAllowedOrigin(origin: string, corsOrigins: readonly string[]): boolean {
  return corsOrigins.includes('*') || corsOrigins.includes(origin);
}

function isSame(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** The name of a `Host` header (RFC 9110, section 7.2) without its port, in lower case and without a final dot. */
function hostnameOf(host: string): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** Names that no public DNS answers: addresses, names of this machine, and names that only this cluster's DNS knows. */
function isOwnName(name: string, { clusterDomain, ownNamespace, allowedHosts }: OriginOptions): boolean {
  if (isIP(name) !== 0 || allowedHosts.includes('*') || allowedHosts.includes(name)) return true;
  const labels = name.split('.');
  const [first = '', second] = labels;
  if (labels.length === 1) return true;
  if (labels.length === 2 && second === ownNamespace && serviceNames.has(first)) return true;
  return ['localhost', 'svc', `svc.${clusterDomain}`].some(suffix => name.endsWith(`.${suffix}`));
}
