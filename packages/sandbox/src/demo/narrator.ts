const started = performance.now();

/**
 * Prints what the demo is doing, with the seconds since its start; on standard error, so that standard output is the
 * map alone.
 */
export function narrate(text: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  process.stderr.write(`[${seconds} s] ${text}\n`);
}
