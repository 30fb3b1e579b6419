import { collectionPath, type KubeConnection, type KubeObject, type Resource } from '@network-mapper/kube';

interface Page {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly KubeObject[];
}

export interface ReadAllOptions {
  readonly connection: KubeConnection;
  readonly resource: Resource;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Objects of one page: they are parsed at once. */
const pageSize = 20;

/** All objects of a kind in a namespace, page by page, in full. Throws KubeError. */
export async function* readAll({
  connection,
  resource,
  namespace,
  signal,
}: ReadAllOptions): AsyncGenerator<KubeObject> {
  let next: string | undefined = '';
  while (next !== undefined) {
    const query: URLSearchParams = new URLSearchParams({
      limit: String(pageSize),
      ...(next === '' ? {} : { continue: next }),
    });
    const page = (await connection.getJson(`${collectionPath(resource, namespace)}?${query.toString()}`, {
      signal,
    })) as Page;
    yield* page.items ?? [];
    next = page.metadata?.continue === '' ? undefined : page.metadata?.continue;
  }
}
