/**
 * Why there is no sandbox: the machine does not allow one, or something in it went wrong. The message says what and
 * where.
 */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: 'unavailable' | 'broken';

  constructor(code: SandboxError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
