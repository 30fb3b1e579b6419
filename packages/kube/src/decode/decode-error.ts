/** An answer that ends too early, or is not what its content type says. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
