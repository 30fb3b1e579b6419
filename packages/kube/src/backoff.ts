import { pause } from '@network-mapper/runtime';

const first = 250;
const most = 30_000;

/** Waits before the next try: doubling with every failure, between half and all of it, so that many clients do not come back at once. */
export async function backoff(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(most, first * 2 ** failures);
  await pause(longest * (0.5 + Math.random() / 2), signal);
}
