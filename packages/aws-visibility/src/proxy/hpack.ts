import { huffmanLengths, staticTable } from './hpack-tables.ts';

type Field = readonly [name: string, value: string];

/** Bytes that an entry takes besides its texts (RFC 7541 §4.1). */
const entryOverhead = 32;
/** Entries are kept up to this size whatever the peer says: no endpoint of AWS asks for more than 64 KiB. */
const largestTable = 65_536;
/** Of one header block, decoded: what a peer may make of a few bytes by naming a long entry again and again. */
const longestBlock = 65_536;

/** The header block cannot be decoded, and none after it. */
export class HpackError extends Error {
  override readonly name = 'HpackError';
}

/** Decodes the header blocks of one direction of a connection, in their order (RFC 7541). */
export class HpackDecoder {
  /** The newest first. */
  readonly #entries: Field[] = [];
  #size = 0;
  #capacity = 4096;

  /** Throws HpackError. */
  decode(block: Buffer): readonly Field[] {
    const reader = new HpackReader(block);
    const fields: Field[] = [];
    let length = 0;
    while (reader.left > 0) {
      const field = this.#next(reader);
      if (field === undefined) continue;
      length += field[0].length + field[1].length + entryOverhead;
      if (length > longestBlock) throw new HpackError('the header block is too long');
      fields.push(field);
    }
    return fields;
  }

  #next(reader: HpackReader): Field | undefined {
    const first = reader.peek();
    if ((first & 0x80) !== 0) return this.#entry(reader.integer(7));
    if ((first & 0xe0) === 0x20) {
      this.#capacity = reader.integer(5);
      if (this.#capacity > largestTable) throw new HpackError('the table is too large');
      this.#makeRoom(0);
      return undefined;
    }
    const isIndexed = (first & 0x40) !== 0;
    const index = reader.integer(isIndexed ? 6 : 4);
    const name = index === 0 ? reader.text() : this.#entry(index)[0];
    const field: Field = [name, reader.text()];
    if (isIndexed) this.#add(field);
    return field;
  }

  #entry(index: number): Field {
    const field = index <= staticTable.length ? staticTable[index - 1] : this.#entries[index - 1 - staticTable.length];
    if (field === undefined) throw new HpackError(`there is no entry ${index}`);
    return field;
  }

  #add(field: Field): void {
    const size = sizeOf(field);
    this.#makeRoom(size);
    if (size > this.#capacity) return;
    this.#entries.unshift(field);
    this.#size += size;
  }

  #makeRoom(size: number): void {
    while (this.#size + size > this.#capacity) {
      const oldest = this.#entries.pop();
      if (oldest === undefined) return;
      this.#size -= sizeOf(oldest);
    }
  }
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + entryOverhead;
}

class HpackReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new HpackError('the header block is cut');
    return byte;
  }

  /** §5.1, with so many bits of the first byte. */
  integer(bits: number): number {
    const most = 2 ** bits - 1;
    let value = this.#byte() & most;
    if (value < most) return value;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
      if (shift > 21) throw new HpackError('a number is too large');
    }
  }

  /** §5.2. */
  text(): string {
    const isHuffman = (this.peek() & 0x80) !== 0;
    const length = this.integer(7);
    if (length > this.left) throw new HpackError('a text is cut');
    this.#at += length;
    const bytes = this.#bytes.subarray(this.#at - length, this.#at);
    return isHuffman ? decodeHuffman(bytes) : bytes.toString('latin1');
  }

  #byte(): number {
    const byte = this.peek();
    this.#at++;
    return byte;
  }
}

/** A bit leads to another node, or to a symbol. */
type Node = [Node | number | undefined, Node | number | undefined];

const endOfString = 256;
const root = buildTree();

/** Canonical: codes of one length ascend with their symbols, and shorter ones come first. */
function buildTree(): Node {
  const top: Node = [undefined, undefined];
  let code = 0;
  let length = 0;
  const symbols = huffmanLengths.map((bits, symbol) => ({ bits, symbol }));
  for (const { bits, symbol } of symbols.sort((a, b) => a.bits - b.bits || a.symbol - b.symbol)) {
    code *= 2 ** (bits - length);
    length = bits;
    insert(top, { code, bits, symbol });
    code++;
  }
  return top;
}

function insert(top: Node, { code, bits, symbol }: { code: number; bits: number; symbol: number }): void {
  let node = top;
  for (let left = bits - 1; left > 0; left--) {
    const bit = Math.floor(code / 2 ** left) % 2 === 0 ? 0 : 1;
    const next = node[bit];
    const child: Node = typeof next === 'object' ? next : [undefined, undefined];
    node[bit] = child;
    node = child;
  }
  node[code % 2 === 0 ? 0 : 1] = symbol;
}

function decodeHuffman(bytes: Buffer): string {
  const symbols: number[] = [];
  let node = root;
  /** Bits since the last symbol, and whether all of them are ones. */
  let left = 0;
  let areOnes = true;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const value = (byte >> bit) & 1;
      const next = node[value === 1 ? 1 : 0];
      if (next === undefined || next === endOfString) throw new HpackError('a text is not well encoded');
      left++;
      areOnes &&= value === 1;
      if (typeof next === 'number') {
        symbols.push(next);
        [node, left, areOnes] = [root, 0, true];
      } else node = next;
    }
  }
  // What is left over are ones, and fewer than eight (§5.2).
  if (left > 7 || !areOnes) throw new HpackError('a text is not well encoded');
  return Buffer.from(symbols).toString('latin1');
}
