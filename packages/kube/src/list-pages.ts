import { KubeError } from './kube-error.ts';
import { parseJson, type Answer, type KubeConnection } from './kube-connection.ts';
import { isKubeObject, isRecord, type KubeObject } from './kube-object.ts';
import { fieldsOf, metadataFields, type MessageFields } from './message-fields.ts';
import { pickFields } from './pick-fields.ts';
import { ProtobufError } from './protobuf-reader.ts';
import { protobufType, readProtobufList } from './protobuf-list.ts';
import { collectionPath, metadataOnly, type Resource } from './resource.ts';

export interface ListOptions {
  readonly connection: KubeConnection;
  readonly resource: Resource;
  readonly metadataOnly?: boolean;
  readonly pageSize?: number;
}

/** 250 objects of 12 KB are 3 MB, which are parsed in 20 ms even as JSON: less than the 50 ms for which the event loop may be held. */
const defaultPageSize = 250;

interface Page {
  readonly items: Iterable<unknown>;
  readonly resourceVersion: string;
  readonly next: string | undefined;
}

/**
 * Lists all objects of a kind page by page, each given to `visit` as its page arrives; returns the list's resource version. Asks for
 * protocol buffers where it is known what is read of the kind: less than a tenth of the work of JSON.
 */
export async function listPages(
  options: ListOptions,
  visit: (object: KubeObject) => void,
  signal: AbortSignal,
): Promise<string> {
  const { connection, resource, pageSize = defaultPageSize } = options;
  const fields = fieldsToRead(options);
  const request = `list of ${resource.plural} at ${connection.server}`;
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(pageSize), ...(next !== undefined && { continue: next }) });
    const path = `${collectionPath(resource)}?${query.toString()}`;
    const page = readPage(await connection.get(path, { accept: acceptOf(options), signal }), { fields, request });
    for (const item of page.items) {
      if (!isKubeObject(item)) throw new KubeError('bad-answer', `${request}: an item has no name`);
      visit(item);
    }
    if (page.next === undefined) return page.resourceVersion;
    next = page.next;
  } while (!signal.aborted);
  throw new KubeError('unreachable', `list of ${resource.plural}: stopped`);
}

/** What is read of the objects of a collection; undefined where they are read whole. */
export function fieldsToRead(options: Pick<ListOptions, 'resource' | 'metadataOnly'>): MessageFields | undefined {
  return options.metadataOnly === true ? metadataFields : fieldsOf(options.resource);
}

function acceptOf(options: ListOptions): string {
  const json = options.metadataOnly === true ? metadataOnly.list : 'application/json';
  if (fieldsToRead(options) === undefined) return json;
  const parameters = options.metadataOnly === true ? ';as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' : '';
  return `${protobufType}${parameters},${json}`;
}

interface Reading {
  readonly fields: MessageFields | undefined;
  readonly request: string;
}

function readPage({ body, contentType }: Answer, { fields, request }: Reading): Page {
  if (fields === undefined || !contentType.startsWith(protobufType)) return readJsonPage(body, { fields, request });
  try {
    const page = readProtobufList(body, fields);
    if (page !== undefined) return page;
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw new KubeError('bad-answer', `${request}: ${cause.message}`, { cause });
  }
  throw new KubeError('bad-answer', `${request}: the answer is not a list`);
}

function readJsonPage(body: Buffer, { fields, request }: Reading): Page {
  const list = parseJson(body.toString('utf8'), request);
  if (!isRecord(list) || !isRecord(list.metadata) || typeof list.metadata.resourceVersion !== 'string') {
    throw new KubeError('bad-answer', `${request}: the answer is not a list`);
  }
  const { resourceVersion, continue: next } = list.metadata;
  const items: readonly unknown[] = Array.isArray(list.items) ? list.items : [];
  return {
    items:
      fields === undefined ? items : items.values().map(item => (isRecord(item) ? pickFields(item, fields) : item)),
    resourceVersion,
    next: typeof next === 'string' && next !== '' ? next : undefined,
  };
}
