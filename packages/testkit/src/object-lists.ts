import type { ResourceRequest } from './api-request.ts';
import type { ObjectCollection } from './object-collection.ts';
import { encodeList, protobufContentType } from './protobuf/encode-list.ts';
import { messageTypeOf, partialObjectMetadata } from './protobuf/message-types.ts';
import type { ResourceType } from './resource-types.ts';
import { badRequest, expired, type ApiStatus } from './status.ts';
import { parseFieldSelector, parseLabelSelector, type Selector } from './selector.ts';
import { encodeObject, renderObject, type StoredObject } from './stored-object.ts';

/** A list being read page by page: what was there when it began. */
interface Snapshot {
  readonly objects: readonly StoredObject[];
  readonly revision: number;
}

export type ListAnswer =
  | { readonly kind: 'page'; readonly contentType: string; readonly chunks: Iterable<Buffer> }
  | { readonly kind: 'refused'; readonly status: ApiStatus };

/** Which objects a request is about, or why that is not known. */
export function selectionOf({ namespace, query }: ResourceRequest): Selector | ApiStatus {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  if (labels === undefined) return badRequest(`unable to parse label selector: ${query.get('labelSelector') ?? ''}`);
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
  if (fields === undefined) return badRequest(`field label not supported: ${query.get('fieldSelector') ?? ''}`);
  return object => (namespace === '' || object.namespace === namespace) && labels(object) && fields(object);
}

const listEnd = Buffer.from(']}');
const comma = Buffer.from(',');

interface Page {
  readonly objects: readonly StoredObject[];
  readonly metadata: ListHead;
  readonly metadataOnly: boolean;
}

function listKind(type: ResourceType, { metadataOnly }: Page): readonly [kind: string, apiVersion: string] {
  return metadataOnly ? ['PartialObjectMetadataList', 'meta.k8s.io/v1'] : [`${type.kind}List`, type.groupVersion];
}

/** Undefined for a kind that is served in JSON only. */
function encodePage(type: ResourceType, page: Page): Iterable<Buffer> | undefined {
  const message = page.metadataOnly ? partialObjectMetadata : messageTypeOf(type);
  if (message === undefined) return undefined;
  const [kind, apiVersion] = listKind(type, page);
  const items = page.objects.map(object => encodeObject(object, message));
  return encodeList({ kind, apiVersion, metadata: { ...page.metadata }, items });
}

function* renderPage(type: ResourceType, page: Page): Generator<Buffer> {
  const { objects, metadata, metadataOnly } = page;
  const [kind, apiVersion] = listKind(type, page);
  yield Buffer.from(`{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[`);
  for (const [index, object] of objects.entries()) {
    if (index > 0) yield comma;
    yield metadataOnly || !type.builtIn ? renderObject(type, object, { metadataOnly }) : object.body;
  }
  yield listEnd;
}

interface ListHead {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Answers lists, whole or in pages. Pages of one list show one moment, until its history is forgotten. */
export class ObjectLists {
  readonly #snapshots = new Map<string, Snapshot>();
  #lastToken = 0;

  /** Tokens of lists begun before now are `410 Gone` from now on. */
  forgetSnapshots(): void {
    this.#snapshots.clear();
  }

  answer(collection: ObjectCollection, request: ResourceRequest, revision: number): ListAnswer {
    const token = request.query.get('continue') ?? '';
    const limit = Number(request.query.get('limit') ?? 0);
    if (!Number.isInteger(limit) || limit < 0) return { kind: 'refused', status: badRequest('limit must be a number') };
    const matches = selectionOf(request);
    if (typeof matches !== 'function') return { kind: 'refused', status: matches };

    const snapshot =
      token === '' ? { objects: collection.list().filter(matches), revision } : this.#snapshots.get(token);
    if (snapshot === undefined) return { kind: 'refused', status: expired({ asked: token, oldest: revision }) };
    const { objects } = snapshot;
    const page = limit === 0 ? objects : objects.slice(0, limit);
    const remaining = objects.length - page.length;
    const selective = request.query.has('labelSelector') || request.query.has('fieldSelector');
    const head: ListHead = {
      resourceVersion: String(snapshot.revision),
      ...(remaining > 0 && { continue: this.#remember({ ...snapshot, objects: objects.slice(limit) }) }),
      // As the real server: how many remain is left out where a selector was given.
      ...(remaining > 0 && !selective && { remainingItemCount: remaining }),
    };
    const { metadataOnly } = request;
    const answer = { objects: page, metadata: head, metadataOnly };
    const encoded = request.protobuf ? encodePage(collection.type, answer) : undefined;
    return encoded === undefined
      ? { kind: 'page', contentType: 'application/json', chunks: renderPage(collection.type, answer) }
      : { kind: 'page', contentType: protobufContentType, chunks: encoded };
  }

  #remember(rest: Snapshot): string {
    const token = Buffer.from(`list-${String(++this.#lastToken)}`).toString('base64url');
    this.#snapshots.set(token, rest);
    // More lists than this are not read at once; those given up halfway must not pile up.
    const oldest = this.#snapshots.keys().next();
    if (this.#snapshots.size > 1000 && oldest.done !== true) this.#snapshots.delete(oldest.value);
    return token;
  }
}
