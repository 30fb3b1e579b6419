import { decodeMessage, rawFields, textOf, wholeOf } from './decode-protobuf.ts';
import type { MessageFields } from './message-fields.ts';

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
 * A list as the API server sends it in protocol buffers: `runtime.Unknown` whose `raw` = 2 holds the list, whose `metadata` = 1 holds
 * `resourceVersion` = 2 and `continue` = 3, and whose `items` = 2 are the objects. Undefined when the bytes are no such thing; throws
 * ProtobufError when they end too early.
 */
export function readProtobufList(body: Buffer, fields: MessageFields): ProtobufList | undefined {
  if (!body.subarray(0, magic.length).equals(magic)) return undefined;
  let list: ReturnType<typeof wholeOf> | undefined;
  for (const { number, value } of rawFields({ bytes: body, start: magic.length, end: body.length })) {
    if (number === 2 && typeof value !== 'number') list = value;
  }
  if (list === undefined) return undefined;
  const items: ReturnType<typeof wholeOf>[] = [];
  let resourceVersion = '';
  let next = '';
  for (const { number, value } of rawFields(list)) {
    if (typeof value === 'number') continue;
    if (number === 2) items.push(value);
    if (number !== 1) continue;
    for (const field of rawFields(value)) {
      if (field.number === 2) resourceVersion = textOf(field.value);
      if (field.number === 3) next = textOf(field.value);
    }
  }
  return {
    resourceVersion,
    next: next === '' ? undefined : next,
    items: items.values().map(item => decodeMessage(item, fields)),
  };
}
