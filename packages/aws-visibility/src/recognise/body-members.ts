import type { AwsRequest } from './request.ts';

/** The texts among the members of a request's input, as far as its first bytes have them. */
export type Members = ReadonlyMap<string, string>;

const none: Members = new Map();

/** Reads members from the start of a body, which may end in the middle of one: that one is left out. */
export function bodyMembers({ headers, bodyStart }: Pick<AwsRequest, 'headers' | 'bodyStart'>): Members {
  const type = headers.get('content-type') ?? '';
  if (bodyStart.length === 0) return none;
  if (type.startsWith('application/x-www-form-urlencoded')) return formMembers(bodyStart.toString('latin1'));
  if (type.startsWith('application/cbor')) return cborMembers(bodyStart);
  return type.includes('json') ? jsonMembers(bodyStart.toString('utf8')) : none;
}

/** Of `application/x-www-form-urlencoded`; what follows the last `&` may be cut. */
function formMembers(text: string): Members {
  return new Map(new URLSearchParams(text));
}

/** A string, a bracket, a colon or comma, or another scalar; JSON.parse would want the whole of it. */
const token = /"((?:[^"\\]|\\.)*)"|[{}[\]:,]|[^\s"{}[\]:,]+/gy;

/** The strings of the outermost object. */
function jsonMembers(text: string): Members {
  const members = new Map<string, string>();
  let depth = 0;
  let key: string | undefined;
  let isValue = false;
  token.lastIndex = 0;
  for (;;) {
    while (/\s/.test(text[token.lastIndex] ?? '')) token.lastIndex++;
    const match = token.exec(text);
    if (match === null) return members;
    const [found] = match;
    if (found === '{' || found === '[') depth++;
    else if (found === '}' || found === ']') depth--;
    else if (depth !== 1) continue;
    else if (found === ':') isValue = true;
    else if (found === ',') isValue = false;
    else if (found.startsWith('"') && !isValue) key = unescaped(found);
    else if (found.startsWith('"') && key !== undefined) members.set(key, unescaped(found));
  }
}

function unescaped(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch (error) {
    if (error instanceof SyntaxError) return '';
    throw error;
  }
}

/** The text strings of the outermost map (RFC 8949, of definite lengths, as Smithy's RPC v2 writes them). */
function cborMembers(bytes: Buffer): Members {
  const members = new Map<string, string>();
  const reader = new CborReader(bytes);
  const outer = reader.head();
  if (outer?.major !== 5) return members;
  for (let left = outer.value; left > 0; left--) {
    const key = reader.text();
    if (key === undefined) return members;
    const value = reader.textOrSkip();
    if (value === 'cut') return members;
    if (value !== undefined) members.set(key, value.text);
  }
  return members;
}

interface CborHead {
  readonly major: number;
  readonly value: number;
}

class CborReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  head(): CborHead | undefined {
    const first = this.#bytes[this.#at];
    if (first === undefined) return undefined;
    const [major, low] = [first >> 5, first & 31];
    // An indefinite length has no number of its own: as many as there are.
    if (low === 31) return this.#taken({ major, value: Infinity }, 0);
    if (low < 24) return this.#taken({ major, value: low }, 0);
    const size = 2 ** (low - 24);
    if (size > 8 || this.#at + 1 + size > this.#bytes.length) return undefined;
    const value =
      size === 8 ? Number(this.#bytes.readBigUInt64BE(this.#at + 1)) : this.#bytes.readUIntBE(this.#at + 1, size);
    return this.#taken({ major, value }, size);
  }

  text(): string | undefined {
    const head = this.head();
    return head?.major === 3 ? this.#slice(head.value) : undefined;
  }

  textOrSkip(): { readonly text: string } | 'cut' | undefined {
    const start = this.#at;
    const head = this.head();
    if (head === undefined) return 'cut';
    if (head.major === 3) {
      const text = this.#slice(head.value);
      return text === undefined ? 'cut' : { text };
    }
    this.#at = start;
    return this.#skip(0) ? undefined : 'cut';
  }

  #skip(depth: number): boolean {
    const head = this.head();
    if (head === undefined || depth > 16) return false;
    switch (head.major) {
      case 2:
      case 3:
        return this.#slice(head.value) !== undefined;
      case 4:
      case 5:
        for (let left = head.value * (head.major - 3); left > 0; left--) if (!this.#skip(depth + 1)) return false;
        return true;
      case 6:
        return this.#skip(depth + 1);
      default:
        return true;
    }
  }

  #slice(length: number): string | undefined {
    if (this.#at + length > this.#bytes.length) return undefined;
    const text = this.#bytes.toString('utf8', this.#at, this.#at + length);
    this.#at += length;
    return text;
  }

  #taken(head: CborHead, size: number): CborHead {
    this.#at += 1 + size;
    return head;
  }
}
