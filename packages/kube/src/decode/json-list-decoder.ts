import { isRecord } from '../kube-object.ts';
import { DecodeError } from './decode-error.ts';
import { toListHead, type ListDecoder, type ListHead } from './list-decoder.ts';
import { pickFields } from './pick-fields.ts';
import type { FieldSelection } from './field-selection.ts';

/** Of one page: of a hundred objects, or of 500 pods where a server has no protocol buffers (6 MiB). */
const maxBytes = 32 * 2 ** 20;

export interface JsonListDecoderOptions {
  /** What is read of an object; all of it unless given. */
  readonly fields?: FieldSelection | undefined;
  readonly visit: (item: unknown) => void;
}

/**
 * Decodes a list in JSON, for kinds and servers that have no protocol buffers: whole, since only custom resources come
 * like that.
 */
export class JsonListDecoder implements ListDecoder {
  readonly #options: JsonListDecoderOptions;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(options: JsonListDecoderOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > maxBytes) throw new DecodeError(`the list is longer than ${maxBytes} bytes`);
    this.#chunks.push(chunk);
  }

  end(): ListHead {
    const list = parse(Buffer.concat(this.#chunks, this.#size));
    this.#chunks = [];
    const head = isRecord(list) && isRecord(list.metadata) ? toListHead(list.metadata) : undefined;
    if (!isRecord(list) || head === undefined) throw new DecodeError('the answer is not a list');
    const { fields, visit } = this.#options;
    const items: readonly unknown[] = Array.isArray(list.items) ? list.items : [];
    for (const item of items) visit(fields !== undefined && isRecord(item) ? pickFields(item, fields) : item);
    return head;
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new DecodeError('the answer is not JSON', { cause });
  }
}
