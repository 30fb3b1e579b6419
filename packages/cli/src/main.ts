#!/usr/bin/env node
import { after } from '@network-mapper/runtime';
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
      // What watches ends by itself; nobody waits for the answer to anything else.
      after(500, () => process.exit(130));
    });
  void runCli({
    args: process.argv.slice(2),
    env: process.env,
    stdout: text => process.stdout.write(text),
    stderr: text => process.stderr.write(text),
    signal: interrupted.signal,
    // https://no-color.org
    coloured: process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    attended: process.stderr.isTTY,
  }).then(code => {
    process.exitCode = code;
  });
}
