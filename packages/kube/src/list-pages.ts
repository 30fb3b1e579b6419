import { KubeError } from './kube-error.ts';
import { parseJson, type Answer, type KubeConnection } from './kube-connection.ts';
import { isKubeObject, isRecord, type KubeObject } from './kube-object.ts';
import { collectionPath, metadataOnly, type Resource } from './resource.ts';

export interface ListOptions {
  readonly connection: KubeConnection;
  readonly resource: Resource;
  readonly metadataOnly?: boolean;
  readonly pageSize?: number;
}

/** 500 objects of 12 KB are 6 MB: parsed within the 50 ms for which the event loop may be held. */
const defaultPageSize = 500;

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly next: string | undefined;
}

/** Lists all objects of a kind page by page, each given to `visit` as its page arrives; returns the list's resource version. */
export async function listPages(
  options: ListOptions,
  visit: (object: KubeObject) => void,
  signal: AbortSignal,
): Promise<string> {
  const { connection, resource, pageSize = defaultPageSize } = options;
  const accept = options.metadataOnly === true ? metadataOnly.list : 'application/json';
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(pageSize), ...(next !== undefined && { continue: next }) });
    const path = `${collectionPath(resource)}?${query.toString()}`;
    const page = readPage(await connection.get(path, { accept, signal }), `GET ${connection.server}${path}`);
    for (const item of page.items) {
      if (!isKubeObject(item))
        throw new KubeError('bad-answer', `GET ${connection.server}${path}: an item has no name`);
      visit(item);
    }
    if (page.next === undefined) return page.resourceVersion;
    next = page.next;
  } while (!signal.aborted);
  throw new KubeError('unreachable', `list of ${resource.plural}: stopped`);
}

function readPage({ body }: Answer, request: string): Page {
  const list = parseJson(body.toString('utf8'), request);
  if (!isRecord(list) || !isRecord(list.metadata) || typeof list.metadata.resourceVersion !== 'string') {
    throw new KubeError('bad-answer', `${request}: the answer is not a list`);
  }
  const { resourceVersion, continue: next } = list.metadata;
  return {
    items: Array.isArray(list.items) ? list.items : [],
    resourceVersion,
    next: typeof next === 'string' && next !== '' ? next : undefined,
  };
}
