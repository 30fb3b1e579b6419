import { decodeMessage } from './decode-message.ts';
import { listMetadata, type MessageFields } from './message-fields.ts';
import { ProtobufError, ProtobufReader } from './protobuf-reader.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

/** The Kubernetes API puts this before every message (k8s.io/apimachinery, serializer/protobuf). */
const magic = Buffer.from('k8s\0');

/** Lists' fields: an object is at most 1.5 MiB in etcd, with what the server adds. */
const fieldLimit = 16 * 2 ** 20;

/**
 * Decodes a list as the API server sends it in protocol buffers, while its bytes come: `runtime.Unknown` whose `raw` = 2 holds the list,
 * with `metadata` = 1 and `items` = 2. Of a list of any size only the object in hand is in memory.
 */
export class ProtobufListDecoder {
  readonly #fields: MessageFields;
  readonly #visit: (item: Record<string, unknown>) => void;
  #pending: Buffer = Buffer.alloc(0);
  #inside: 'start' | 'envelope' | 'list' = 'start';
  #metadata: Record<string, unknown> = {};

  constructor(fields: MessageFields, visit: (item: Record<string, unknown>) => void) {
    this.#fields = fields;
    this.#visit = visit;
  }

  /** The next bytes. Throws ProtobufError. */
  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    for (let next = this.#step(at); next !== undefined; next = this.#step(at)) at = next;
    this.#pending = this.#pending.subarray(at);
    if (this.#pending.length > fieldLimit) throw new ProtobufError(`a field is longer than ${fieldLimit} bytes`);
  }

  /** What the list says of itself, when all bytes have come. Throws ProtobufError when they ended too early. */
  end(): { readonly resourceVersion: string; readonly next: string | undefined } {
    const { resourceVersion, continue: next } = this.#metadata;
    if (this.#pending.length > 0 || typeof resourceVersion !== 'string')
      throw new ProtobufError('the list ends too early');
    return { resourceVersion, next: typeof next === 'string' && next !== '' ? next : undefined };
  }

  /** Reads one field that begins at `at`; where the next one begins, or undefined when not all of it has come. */
  #step(at: number): number | undefined {
    if (this.#inside === 'start') return this.#readMagic();
    const key = this.#varint(at);
    const length = key && this.#varint(key.end);
    if (key === undefined || length === undefined) return undefined;
    if ((key.value & 7) !== 2) throw new ProtobufError(`wire type ${key.value & 7} is not used in lists`);
    const number = key.value >>> 3;
    // The list fills the rest of the envelope, but for fields that are empty.
    if (this.#inside === 'envelope' && number === 2) {
      this.#inside = 'list';
      return length.end;
    }
    const end = length.end + length.value;
    if (end > this.#pending.length) return undefined;
    if (this.#inside === 'list') this.#readListField(number, new ProtobufReader(this.#pending, length.end, end));
    return end;
  }

  #readMagic(): number | undefined {
    if (this.#pending.length < magic.length) return undefined;
    if (!this.#pending.subarray(0, magic.length).equals(magic))
      throw new ProtobufError('these are no protocol buffers of Kubernetes');
    this.#inside = 'envelope';
    return magic.length;
  }

  #readListField(number: number, content: ProtobufReader): void {
    if (number === 1) this.#metadata = decodeMessage(content, listMetadata);
    else if (number === 2) this.#visit(decodeMessage(content, this.#fields));
  }

  #varint(at: number): { readonly value: number; readonly end: number } | undefined {
    let value = 0;
    let factor = 1;
    for (let end = at; end < this.#pending.length; factor *= 128) {
      const byte = this.#pending[end++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return { value, end };
      if (end - at > 10) throw new ProtobufError('a number does not end');
    }
    return undefined;
  }
}
