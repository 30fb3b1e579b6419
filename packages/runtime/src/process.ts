import { runAll, type Runnable } from './lifecycle.ts';
import { describe } from './logger.ts';
import { ConfigError } from './options.ts';

/** `EX_CONFIG` of sysexits.h: the configuration is wrong, restarting will not help. */
const exitConfig = 78;

/**
 * Runs a program: `compose` reads the options and makes its parts, which run until SIGTERM or SIGINT.
 * Ends the process: 0 after a signal to stop, 78 when the configuration is wrong (each problem on a line of
 * standard error), 1 when a part failed.
 */
export async function runProgram(
  name: string,
  compose: () => Promise<readonly Runnable[]> | readonly Runnable[],
): Promise<never> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  try {
    await runAll(await compose(), stop.signal);
    process.exit(0);
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const problem of error.problems) process.stderr.write(`${name}: ${problem}\n`);
      process.exit(exitConfig);
    }
    process.stderr.write(`${name}: ${describe(error)}\n`);
    process.exit(1);
  }
}
