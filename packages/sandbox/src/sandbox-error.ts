/** Why there can be no sandbox on this machine; the message says what, where and what to do. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: 'no-namespaces' | 'missing-tools' | 'broken';

  constructor(code: SandboxError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
