#!/usr/bin/env node
import { runCli } from './cli.ts';
import { isDrawingThread } from './pictures/drawing-thread.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads has read enough, as in `list | head`.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

if (!isDrawingThread) {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      interrupted.abort();
      // Whoever interrupts a question that is under way does not wait for its answer.
      process.once(signal, () => process.exit(130));
    });
  process.exitCode = await runCli({
    args: process.argv.slice(2),
    env: process.env,
    stdout: text => process.stdout.write(text),
    stderr: text => process.stderr.write(text),
    signal: interrupted.signal,
    // https://no-color.org
    coloured: process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    attended: process.stderr.isTTY,
  });
}
