/** Writes a message of protocol buffers field by field (protobuf.dev/programming-guides/encoding). */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(1024);
  #end = 0;

  /** What was written. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#end));
  }

  integer(number: number, value: number): void {
    this.#varint(number * 8);
    // Negative numbers are written as 64 bits in two's complement: ten bytes.
    if (value >= 0) this.#varint(value);
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
  }

  text(number: number, value: string): void {
    this.bytes(number, Buffer.from(value));
  }

  bytes(number: number, value: Buffer): void {
    this.begin({ number, length: value.length });
    this.#makeRoom(value.length);
    this.#end += value.copy(this.#bytes, this.#end);
  }

  /** What stands before the content of a field that is written elsewhere. */
  begin({ number, length }: { readonly number: number; readonly length: number }): void {
    this.#varint(number * 8 + 2);
    this.#varint(length);
  }

  #varint(value: number): void {
    this.#makeRoom(10);
    for (; value >= 128; value = Math.floor(value / 128)) this.#bytes[this.#end++] = (value % 128) + 128;
    this.#bytes[this.#end++] = value;
  }

  #bigVarint(value: bigint): void {
    this.#makeRoom(10);
    for (; value >= 128n; value >>= 7n) this.#bytes[this.#end++] = Number(value & 127n) + 128;
    this.#bytes[this.#end++] = Number(value);
  }

  #makeRoom(length: number): void {
    if (this.#end + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#end + length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
