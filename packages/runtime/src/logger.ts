import { pino, type LogFn, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly name: string;
  readonly debug: boolean;
  /** Called with the constant message of each entry of level error or above, and its field `error`. */
  readonly onError?: (message: string, error: unknown) => void;
}

/** JSON lines on standard output with `level`, `time` (RFC 3339) and `msg`, plus the fields of each entry. */
export function createLogger(options: LoggerOptions): Logger {
  const { onError } = options;
  return pino({
    ...(onError === undefined ? {} : { hooks: { logMethod: reportErrors(onError) } }),
    level: options.debug ? 'debug' : 'info',
    base: { component: options.name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: label => ({ level: label }) },
    serializers: { error: describe },
  });
}

const errorLevel = 50;

function reportErrors(onError: NonNullable<LoggerOptions['onError']>) {
  return function (this: Logger, ...[args, method, level]: [Parameters<LogFn>, LogFn, number]): void {
    const [fields, message]: readonly unknown[] = args;
    if (level >= errorLevel) {
      if (typeof fields === 'string') onError(fields, undefined);
      else if (typeof message === 'string') onError(message, (fields as { readonly error?: unknown } | null)?.error);
    }
    method.apply(this, args);
  };
}

/** An error as one sentence with its causes, without its stack. */
export function describe(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && parts.length < 5; at = at instanceof Error ? at.cause : undefined) {
    parts.push(at instanceof Error ? at.message : typeof at === 'string' ? at : JSON.stringify(at));
  }
  return parts.join(': ');
}
