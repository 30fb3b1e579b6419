import { MessageDecoder } from './decode-message.ts';
import { DecodeError } from './decode-error.ts';
import { toListHead, type ListDecoder, type ListHead } from './list-decoder.ts';
import { listMetadata, type FieldSelection } from './field-selection.ts';
import { PendingBytes } from './pending-bytes.ts';
import { ProtobufReader } from './protobuf-reader.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

/** The Kubernetes API puts this before every message (k8s.io/apimachinery, serializer/protobuf). */
const magic = Buffer.from('k8s\0');

/**
 * Decodes a list as the API server sends it in protocol buffers, while its bytes come: `runtime.Unknown` whose `raw` =
 * 2 holds the list, with `metadata` = 1 and `items` = 2. Of a list of any size only the object in hand is in memory.
 */
export class ProtobufListDecoder implements ListDecoder {
  readonly #items: MessageDecoder;
  readonly #reader = new ProtobufReader();
  readonly #visit: (item: Record<string, unknown>) => void;
  readonly #pending = new PendingBytes();
  #inside: 'start' | 'envelope' | 'list' = 'start';
  #metadata: Record<string, unknown> = {};

  constructor(fields: FieldSelection, visit: (item: Record<string, unknown>) => void) {
    this.#items = new MessageDecoder(fields);
    this.#visit = visit;
  }

  push(chunk: Buffer): void {
    this.#pending.add(chunk);
    const { bytes } = this.#pending;
    let at = 0;
    for (let next = this.#step(bytes, at); next !== undefined; next = this.#step(bytes, at)) at = next;
    this.#pending.drop(at);
  }

  end(): ListHead {
    const head = toListHead(this.#metadata);
    if (this.#pending.bytes.length > 0 || head === undefined) throw new DecodeError('the list ends too early');
    return head;
  }

  /** Reads one field that begins at `at`; where the next one begins, or undefined when not all of it has come. */
  #step(bytes: Buffer, at: number): number | undefined {
    if (this.#inside === 'start') return this.#readMagic(bytes);
    const key = varint(bytes, at);
    const length = key && varint(bytes, key.end);
    if (key === undefined || length === undefined) return undefined;
    if ((key.value & 7) !== 2) throw new DecodeError(`wire type ${key.value & 7} is not used in lists`);
    const number = key.value >>> 3;
    // The list fills the rest of the envelope, but for fields that are empty.
    if (this.#inside === 'envelope' && number === 2) {
      this.#inside = 'list';
      return length.end;
    }
    const end = length.end + length.value;
    if (end > bytes.length) return undefined;
    if (this.#inside === 'list') {
      this.#reader.begin(bytes, { start: length.end, end });
      this.#readListField(number);
    }
    return end;
  }

  #readMagic(bytes: Buffer): number | undefined {
    if (bytes.length < magic.length) return undefined;
    if (!bytes.subarray(0, magic.length).equals(magic))
      throw new DecodeError('these are no protocol buffers of Kubernetes');
    this.#inside = 'envelope';
    return magic.length;
  }

  #readListField(number: number): void {
    if (number === 1) this.#metadata = new MessageDecoder(listMetadata).decode(this.#reader);
    else if (number === 2) this.#visit(this.#items.decode(this.#reader));
  }
}

function varint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  let factor = 1;
  for (let end = at; end < bytes.length; factor *= 128) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, end };
    if (end - at > 10) throw new DecodeError('a number does not end');
  }
  return undefined;
}
