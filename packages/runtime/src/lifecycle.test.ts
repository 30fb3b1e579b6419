import { expect, test } from 'vitest';
import { aborted, every, runAll, type Runnable } from './lifecycle.ts';

function waiting(name: string, log: string[]): Runnable {
  return {
    name,
    run: async signal => {
      await aborted(signal);
      log.push(`${name} stopped`);
    },
  };
}

test('when one part fails the others are stopped, and the failure is thrown', async () => {
  const log: string[] = [];
  const failing: Runnable = { name: 'listener', run: () => Promise.reject(new Error('port 9090 is taken')) };
  await expect(runAll([waiting('watch', log), failing], new AbortController().signal)).rejects.toThrow(
    'port 9090 is taken',
  );
  expect(log).toEqual(['watch stopped']);
});

test('a part that ends by itself is a failure', async () => {
  const ending: Runnable = { name: 'watch', run: () => Promise.resolve() };
  await expect(runAll([ending], new AbortController().signal)).rejects.toThrow('watch ended before it had to');
});

test('all parts end without a failure when the signal aborts', async () => {
  const log: string[] = [];
  const stop = new AbortController();
  const running = runAll([waiting('a', log), waiting('b', log)], stop.signal);
  stop.abort();
  await running;
  expect(log).toHaveLength(2);
});

test('repeated work never overlaps and ends when its signal aborts', async () => {
  const stop = new AbortController();
  let active = 0;
  let runs = 0;
  await every(
    1,
    async () => {
      active++;
      expect(active).toBe(1);
      await new Promise(resolve => setImmediate(resolve));
      active--;
      if (++runs === 3) stop.abort();
    },
    stop.signal,
  );
  expect(runs).toBe(3);
});
