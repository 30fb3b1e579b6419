import { DecodeError } from '../decode/decode-error.ts';
import { JsonListDecoder } from '../decode/json-list-decoder.ts';
import type { KubeConnection } from '../access/kube-connection.ts';
import { KubeError } from '../access/kube-error.ts';
import { isKubeObject, type KubeObject } from '../kube-object.ts';
import type { ListHead } from '../decode/list-decoder.ts';
import { selectionFor, metadataSelection, type FieldSelection } from '../decode/field-selection.ts';
import { ProtobufListDecoder, protobufType } from '../decode/protobuf-list-decoder.ts';
import { collectionPath, metadataOnly, type ObjectSelection, type Resource } from '../resource.ts';

export interface ListOptions {
  readonly connection: KubeConnection;
  readonly resource: Resource;
  readonly metadataOnly?: boolean;
  /** All members are read, also of kinds of which some are known to be enough: for few objects. */
  readonly whole?: boolean;
  readonly selection?: ObjectSelection;
  readonly pageSize?: number;
  /**
   * Take the list as the server has it in memory, whole and at once, though it may be a moment old: for the first list,
   * which a watch brings up to date. It costs the server a third of the time. Not for kinds that come in JSON, which is
   * read page by page.
   */
  readonly fromCache?: boolean;
}

/** As client-go has it: the server reads so many from etcd at a time. */
const pageOfEtcd = 500;
/**
 * A list that is in the server's memory comes in one piece, whatever is asked for, unless the server keeps none there.
 */
const pageOfMemory = 5_000;
/** Pages in JSON are held and parsed whole. */
const pageOfJson = 100;

/**
 * Lists all objects of a kind page by page, each given to `visit` as its page arrives; returns the list's resource
 * version. Asks for protocol buffers where it is known what is read of the kind: less than a tenth of the work of JSON.
 */
export async function listPages(
  options: ListOptions,
  visit: (object: KubeObject) => void,
  signal: AbortSignal,
): Promise<string> {
  const { connection, resource, selection: { namespace, labelSelector } = {} } = options;
  const fields = selectionOf(options);
  const fromCache = options.fromCache === true && fields !== undefined;
  const { pageSize = fields === undefined ? pageOfJson : fromCache ? pageOfMemory : pageOfEtcd } = options;
  const request = `list of ${resource.plural} at ${connection.server}`;
  let visited = 0;
  const visitChecked = (item: unknown): void => {
    visited++;
    if (!isKubeObject(item)) throw new KubeError('bad-answer', `${request}: an item has no name`);
    visit(item);
  };
  let next: string | undefined;
  do {
    visited = 0;
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(next !== undefined && { continue: next }),
      ...(next === undefined && fromCache && { resourceVersion: '0' }),
    });
    const path = `${collectionPath(resource, namespace)}?${query.toString()}`;
    const page = await readPage(
      { connection, path, accept: acceptOf(options), fields, request, visit: visitChecked },
      signal,
    );
    if (page.next === undefined) return page.resourceVersion;
    if (visited === 0) throw new KubeError('bad-answer', `${request}: an empty page says that more follow`);
    next = page.next;
  } while (!signal.aborted);
  throw new KubeError('unreachable', `list of ${resource.plural}: stopped`);
}

/** What is read of the objects of a collection; undefined where they are read whole. */
export function selectionOf(
  options: Pick<ListOptions, 'resource' | 'metadataOnly' | 'whole'>,
): FieldSelection | undefined {
  if (options.whole === true) return undefined;
  return options.metadataOnly === true ? metadataSelection : selectionFor(options.resource);
}

function acceptOf(options: ListOptions): string {
  const json = options.metadataOnly === true ? metadataOnly.list : 'application/json';
  if (selectionOf(options) === undefined) return json;
  const parameters = options.metadataOnly === true ? ';as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' : '';
  return `${protobufType}${parameters},${json}`;
}

interface PageRequest {
  readonly connection: KubeConnection;
  readonly path: string;
  readonly accept: string;
  readonly fields: FieldSelection | undefined;
  /** For messages. */
  readonly request: string;
  readonly visit: (item: unknown) => void;
}

async function readPage(
  { connection, path, accept, fields, request, visit }: PageRequest,
  signal: AbortSignal,
): Promise<ListHead> {
  try {
    return await connection.getDecoded(path, {
      accept,
      signal,
      decoder: contentType =>
        fields !== undefined && contentType.startsWith(protobufType)
          ? new ProtobufListDecoder(fields, visit)
          : new JsonListDecoder({ fields, visit }),
    });
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new KubeError('bad-answer', `${request}: ${cause.message}`, { cause });
  }
}
