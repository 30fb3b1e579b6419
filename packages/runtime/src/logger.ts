import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on standard output with `level`, `time` (RFC 3339) and `msg`, plus the fields of each entry. */
export function createLogger(options: { readonly name: string; readonly debug: boolean }): Logger {
  return pino({
    level: options.debug ? 'debug' : 'info',
    base: { component: options.name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: label => ({ level: label }) },
    serializers: { error: describe },
  });
}

/** An error as one sentence with its causes, without its stack. */
export function describe(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && parts.length < 5; at = at instanceof Error ? at.cause : undefined) {
    parts.push(at instanceof Error ? at.message : typeof at === 'string' ? at : JSON.stringify(at));
  }
  return parts.join(': ');
}
