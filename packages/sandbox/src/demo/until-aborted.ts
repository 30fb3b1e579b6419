/** The result of `work`, or 130 (as for an interrupted program) as soon as `signal` aborts. */
export async function untilAborted(signal: AbortSignal, work: () => Promise<number>): Promise<number> {
  const aborted = new Promise<number>(resolve => {
    signal.addEventListener('abort', () => resolve(130), { once: true });
    if (signal.aborted) resolve(130);
  });
  return Promise.race([aborted, work()]);
}
