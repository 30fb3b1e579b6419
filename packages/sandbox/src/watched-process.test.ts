import { expect, test } from 'vitest';
import { WatchedProcess } from './watched-process.ts';

const ignore = (): void => undefined;

test('who waits for a line gets it whether it was written before or is written later', async () => {
  const program = new WatchedProcess('program', ignore);
  const later = program.wrote(line => line === 'listening');
  program.onEvent({ line: 'listening' });
  await later;
  await program.wrote(line => line === 'listening');
});

test('who waits for a line that never comes learns what the process wrote instead', async () => {
  const program = new WatchedProcess('program', ignore);
  program.onEvent({ line: 'port 9090 is taken' });
  const waiting = program.wrote(line => line === 'listening');
  program.onEvent({ exitCode: 78 });
  await expect(waiting).rejects.toThrow('program ended (78); it wrote last:\nport 9090 is taken');
  expect(await program.exited()).toBe(78);
});

test('a process that does not come up in time is given up', async () => {
  const program = new WatchedProcess('program', ignore);
  await expect(program.wrote(() => false, { withinMilliseconds: 10 })).rejects.toThrow('did not come up within 0.01 s');
});

test('a signal that ends a process has been sent when the process has ended', async () => {
  const program: WatchedProcess = new WatchedProcess('program', (): void => program.onEvent({ exitCode: 0 }));
  await program.signal('SIGTERM');
  expect(program.running).toBe(false);
});

test('only so much of what a process writes is kept', () => {
  const program = new WatchedProcess('program', ignore);
  for (let line = 0; line < 5000; line++) program.onEvent({ line: String(line) });
  expect(program.lines.length).toBeLessThanOrEqual(1000);
  expect(program.lines.at(-1)).toBe('4999');
});
