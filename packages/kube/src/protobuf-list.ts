import { decodeMessage } from './decode-message.ts';
import { listMetadata, type MessageFields } from './message-fields.ts';
import { ProtobufReader } from './protobuf-reader.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

/** The Kubernetes API puts this before every message (k8s.io/apimachinery, serializer/protobuf). */
const magic = Buffer.from('k8s\0');

export interface ProtobufList {
  readonly resourceVersion: string;
  readonly next: string | undefined;
  /** Decoded one by one, as they are asked for. */
  readonly items: Iterable<Record<string, unknown>>;
}

/**
 * A list as the API server sends it in protocol buffers: `runtime.Unknown` whose `raw` = 2 holds the list, with `metadata` = 1 and
 * `items` = 2. Undefined when the bytes are no such thing; throws
 * ProtobufError when they end too early.
 */
export function readProtobufList(body: Buffer, fields: MessageFields): ProtobufList | undefined {
  if (!body.subarray(0, magic.length).equals(magic)) return undefined;
  const unknown = new ProtobufReader(body, magic.length);
  let list: ProtobufReader | undefined;
  while (unknown.next()) if (unknown.number === 2) list = unknown.message();
  if (list === undefined) return undefined;

  const items: ProtobufReader[] = [];
  let metadata: Record<string, unknown> = {};
  while (list.next()) {
    if (list.number === 1) metadata = decodeMessage(list.message(), listMetadata);
    else if (list.number === 2) items.push(list.message());
  }
  const { resourceVersion, continue: next } = metadata;
  return {
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
    next: typeof next === 'string' ? next : undefined,
    items: items.values().map(item => decodeMessage(item, fields)),
  };
}
