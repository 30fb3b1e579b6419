import { DecodeError } from './decode-error.ts';
import { closeBrace, closeBracket, endsEarly, JsonReader, knownFields, openBrace, openBracket } from './json-reader.ts';
import { toListHead, type ListDecoder, type ListHead } from './list-decoder.ts';
import { listMetadata, type Field, type MessageFields } from './message-fields.ts';
import { PendingBytes } from './pending-bytes.ts';

/**
 * Decodes a list as the API server sends it in JSON, while its bytes come. Of a list of any size only the object in hand is in memory, and
 * of that only what is read becomes values: a quarter of the work of `JSON.parse`.
 */
export class JsonListDecoder implements ListDecoder {
  readonly #members: ReturnType<typeof knownFields>;
  readonly #items: MessageFields;
  readonly #visit: (item: Record<string, unknown>) => void;
  readonly #pending = new PendingBytes();
  #inside: 'nothing' | 'list' | 'items' | 'end' = 'nothing';
  #metadata: Record<string, unknown> = {};
  /** With fewer bytes the object in hand is not tried again: a large one would be read from its beginning with every piece of it. */
  #worthTrying = 0;

  constructor(items: MessageFields, visit: (item: Record<string, unknown>) => void) {
    this.#items = items;
    this.#visit = visit;
    const field = (holds: MessageFields): Field => ({ number: 0, holds });
    this.#members = knownFields({ metadata: field(listMetadata), items: field(items) });
  }

  push(chunk: Buffer): void {
    this.#pending.add(chunk);
    if (this.#pending.bytes.length >= this.#worthTrying) this.#read();
  }

  end(): ListHead {
    this.#read();
    const head = toListHead(this.#metadata);
    if (this.#inside !== 'end' || head === undefined) throw endsEarly;
    return head;
  }

  #read(): void {
    const { bytes } = this.#pending;
    const reader = new JsonReader(bytes);
    let done = 0;
    try {
      while (this.#inside !== 'end') {
        this.#step(reader);
        done = reader.at;
      }
    } catch (error) {
      if (error !== endsEarly) throw error;
    }
    this.#pending.drop(done);
    this.#worthTrying = 2 * (bytes.length - done);
  }

  /** Reads one item, or goes into or out of the list or its items; throws `endsEarly`, with nothing read, when not all of it has come. */
  #step(reader: JsonReader): void {
    if (this.#inside === 'items') {
      if (reader.take(closeBracket)) this.#inside = 'list';
      else this.#visit(reader.object(this.#items));
      return;
    }
    if (this.#inside === 'nothing') {
      if (!reader.take(openBrace)) throw new DecodeError('the answer is no object');
      this.#inside = 'list';
      return;
    }
    if (reader.take(closeBrace)) {
      this.#inside = 'end';
      return;
    }
    const member = reader.key(this.#members)?.member;
    const opens = reader.peek();
    if (member === 'items' && opens === openBracket) {
      reader.take(openBracket);
      this.#inside = 'items';
    } else if (member === 'metadata' && opens === openBrace) this.#metadata = reader.object(listMetadata);
    else reader.skip();
  }
}
