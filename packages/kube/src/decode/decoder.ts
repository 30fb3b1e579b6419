/** Takes an answer while its bytes come. Both throw DecodeError when it is not what it should be. */
export interface Decoder<T> {
  push(chunk: Buffer): void;
  /** The answer, when all of it has come. */
  end(): T;
}
