/** What a client asked the API for, read from method, path and query. */
export type ApiRequest =
  | { readonly verb: 'discover'; readonly path: readonly string[] }
  | ResourceRequest
  | { readonly verb: 'unsupported'; readonly method: string };

export interface ResourceRequest {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'patch-status' | 'log';
  readonly groupVersion: string;
  readonly plural: string;
  /** Empty for all namespaces and for objects of the whole cluster. */
  readonly namespace: string;
  /** Empty for lists and watches. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly metadataOnly: boolean;
  /** Protocol buffers are preferred: the first of the types that are accepted. */
  readonly protobuf: boolean;
}

const yes = new Set(['1', 'true']);
const methods: ReadonlySet<string> = new Set(['GET', 'PATCH', 'POST']);

/** Paths of https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris */
export function parseApiRequest({ method, url, accept }: { method: string; url: string; accept: string }): ApiRequest {
  if (!methods.has(method)) return { verb: 'unsupported', method };
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const path = pathname
    .split('/')
    .filter(part => part !== '')
    .map(decodeURIComponent);
  const prefix = path[0] === 'api' ? 2 : 3;
  if ((path[0] !== 'api' && path[0] !== 'apis') || path.length <= prefix)
    return method === 'GET' ? { verb: 'discover', path } : { verb: 'unsupported', method };

  const groupVersion = path.slice(1, prefix).join('/');
  const rest = path.slice(prefix);
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const [plural = '', name = '', subresource] = inNamespace ? rest.slice(2) : rest;
  const watched = yes.has(query.get('watch') ?? '');
  const verb = verbOf({ method, name, part: subresource ?? '', plural }, watched);
  if (verb === undefined) return { verb: 'unsupported', method: `${method} …/${subresource ?? plural}` };
  return {
    verb,
    groupVersion,
    plural,
    namespace: inNamespace ? (rest[1] ?? '') : '',
    name,
    query,
    protobuf: accept.startsWith('application/vnd.kubernetes.protobuf'),
    metadataOnly: accept.includes('as=PartialObjectMetadata'),
  };
}

interface Asked {
  readonly method: string;
  readonly plural: string;
  /** Empty for a collection. */
  readonly name: string;
  /** `status`, `log`; empty for the object itself. */
  readonly part: string;
}

function verbOf({ method, plural, name, part }: Asked, watched: boolean): ResourceRequest['verb'] | undefined {
  if (method === 'POST') return name === '' ? 'create' : undefined;
  if (method === 'PATCH') return part === '' ? 'patch' : part === 'status' ? 'patch-status' : undefined;
  if (part !== '') return plural === 'pods' && part === 'log' ? 'log' : undefined;
  if (name !== '') return 'get';
  return watched ? 'watch' : 'list';
}
