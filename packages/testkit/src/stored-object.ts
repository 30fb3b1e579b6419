import type { KubernetesObject, ObjectMeta } from './kubernetes-object.ts';
import { encodeMessage } from './protobuf/encode-message.ts';
import { partialObjectMetadata, type MessageType } from './protobuf/message-types.ts';
import type { ResourceType } from './resource-types.ts';

/** An object as the API keeps it: serialised once, with what selectors look at beside it. */
export interface StoredObject {
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  readonly labels: Readonly<Record<string, string>>;
  /** By the names of `selectableFields`; a field that the object has not is empty. */
  readonly fields: Readonly<Record<string, string>>;
  /**
   * JSON of the object, `metadata` first, without `kind` and `apiVersion`: those are put in front where they are
   * wanted.
   */
  readonly body: Buffer;
  /** The part of `body` that is the value of `metadata`. */
  readonly metadata: Buffer;
}

const encoded = new WeakMap<StoredObject, Map<MessageType, Buffer>>();

/** The object in protocol buffers; encoded once. */
export function encodeObject(stored: StoredObject, type: MessageType): Buffer {
  const known = encoded.get(stored) ?? new Map<MessageType, Buffer>();
  encoded.set(stored, known);
  let bytes = known.get(type);
  if (bytes === undefined) {
    const whole = JSON.parse(stored.body.toString()) as Readonly<Record<string, unknown>>;
    bytes = encodeMessage(type === partialObjectMetadata ? { metadata: whole.metadata } : whole, type);
    known.set(type, bytes);
  }
  return bytes;
}

export const selectableFields: ReadonlySet<string> = new Set([
  'metadata.name',
  'metadata.namespace',
  'spec.nodeName',
  'spec.hostNetwork',
  'status.phase',
  'status.podIP',
]);

function fieldAt(object: unknown, path: string): string {
  let at = object;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null) return '';
    at = (at as Readonly<Record<string, unknown>>)[step];
  }
  return typeof at === 'string' || typeof at === 'boolean' ? String(at) : '';
}

const metadataKey = '{"metadata":';

/** Serialises an object as it is from `revision` on; gives it a uid and a time of creation if it has none. */
export function storeObject(object: KubernetesObject, revision: number): StoredObject {
  const { kind, metadata: given } = object;
  const rest = { ...object, kind: undefined, apiVersion: undefined, metadata: undefined };
  const metadata: ObjectMeta = {
    ...given,
    uid: given.uid ?? `${kind}-${given.namespace ?? ''}-${given.name}`.toLowerCase(),
    creationTimestamp: given.creationTimestamp ?? '2024-01-01T10:00:00Z',
    resourceVersion: String(revision),
  };
  const metadataJson = JSON.stringify(metadata);
  const restJson = JSON.stringify(rest);
  const body = Buffer.from(`${metadataKey}${metadataJson}${restJson === '{}' ? '}' : `,${restJson.slice(1)}`}`);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    revision,
    labels: metadata.labels ?? {},
    fields: Object.fromEntries([...selectableFields].map(path => [path, fieldAt(object, path)])),
    body,
    metadata: body.subarray(metadataKey.length, metadataKey.length + Buffer.byteLength(metadataJson)),
  };
}

export function readObject(type: ResourceType, { body }: StoredObject): KubernetesObject {
  const object = JSON.parse(body.toString()) as Pick<KubernetesObject, 'metadata'>;
  return { apiVersion: type.groupVersion, kind: type.kind, ...object };
}

const brace = Buffer.from('}');

/** The JSON of one object with its kind, or of its metadata alone (`PartialObjectMetadata`). */
export function renderObject(
  type: ResourceType,
  stored: StoredObject,
  { metadataOnly }: { metadataOnly: boolean },
): Buffer {
  if (metadataOnly) {
    const head = '{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":';
    return Buffer.concat([Buffer.from(head), stored.metadata, brace]);
  }
  return Buffer.concat([
    Buffer.from(`{"kind":"${type.kind}","apiVersion":"${type.groupVersion}",`),
    stored.body.subarray(1),
  ]);
}
