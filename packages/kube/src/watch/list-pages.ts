import { DecodeError } from '../decode/decode-error.ts';
import { JsonListDecoder } from '../decode/json-list-decoder.ts';
import type { KubeConnection } from '../access/kube-connection.ts';
import { KubeError } from '../access/kube-error.ts';
import { isKubeObject, isRecord, type KubeObject } from '../kube-object.ts';
import { toListHead, type ListHead } from '../decode/list-decoder.ts';
import { fieldsOf, metadataFields, type MessageFields } from '../decode/message-fields.ts';
import { ProtobufListDecoder, protobufType } from '../decode/protobuf-list-decoder.ts';
import { collectionPath, metadataOnly, type Resource } from '../resource.ts';

export interface ListOptions {
  readonly connection: KubeConnection;
  readonly resource: Resource;
  readonly metadataOnly?: boolean;
  readonly pageSize?: number;
  /**
   * Take the list as the server has it in memory, whole and at once, though it may be a moment old: for the first list, which a watch
   * brings up to date. It costs the server a third of the time.
   */
  readonly fromCache?: boolean;
}

/** As client-go has it: the server reads so many from etcd at a time. */
const pageOfEtcd = 500;
/** A list that is in the server's memory comes in one piece, whatever is asked for, unless the server keeps none there. */
const pageOfMemory = 5_000;

/**
 * Lists all objects of a kind page by page, each given to `visit` as its page arrives; returns the list's resource version. Asks for
 * protocol buffers where it is known what is read of the kind: less than a tenth of the work of JSON.
 */
export async function listPages(
  options: ListOptions,
  visit: (object: KubeObject) => void,
  signal: AbortSignal,
): Promise<string> {
  const { connection, resource, fromCache = false } = options;
  const { pageSize = fromCache ? pageOfMemory : pageOfEtcd } = options;
  const fields = fieldsToRead(options);
  const request = `list of ${resource.plural} at ${connection.server}`;
  const visitChecked = (item: unknown): void => {
    if (!isKubeObject(item)) throw new KubeError('bad-answer', `${request}: an item has no name`);
    visit(item);
  };
  let next: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(next !== undefined && { continue: next }),
      ...(next === undefined && fromCache && { resourceVersion: '0' }),
    });
    const path = `${collectionPath(resource)}?${query.toString()}`;
    const page = await readPage(
      { connection, path, accept: acceptOf(options), fields, request, visit: visitChecked },
      signal,
    );
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

interface PageRequest {
  readonly connection: KubeConnection;
  readonly path: string;
  readonly accept: string;
  readonly fields: MessageFields | undefined;
  /** For messages. */
  readonly request: string;
  readonly visit: (item: unknown) => void;
}

async function readPage(
  { connection, path, accept, fields, request, visit }: PageRequest,
  signal: AbortSignal,
): Promise<ListHead> {
  if (fields === undefined)
    return readWholePage(await connection.getJson(path, { accept, signal }), { request, visit });
  try {
    return await connection.getInPieces(path, {
      accept,
      signal,
      decoder: contentType =>
        contentType.startsWith(protobufType)
          ? new ProtobufListDecoder(fields, visit)
          : new JsonListDecoder(fields, visit),
    });
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new KubeError('bad-answer', `${request}: ${cause.message}`, { cause });
  }
}

function readWholePage(list: unknown, { request, visit }: Pick<PageRequest, 'request' | 'visit'>): ListHead {
  const head = isRecord(list) && isRecord(list.metadata) ? toListHead(list.metadata) : undefined;
  if (!isRecord(list) || head === undefined) throw new KubeError('bad-answer', `${request}: the answer is not a list`);
  const items: readonly unknown[] = Array.isArray(list.items) ? list.items : [];
  for (const item of items) visit(item);
  return head;
}
