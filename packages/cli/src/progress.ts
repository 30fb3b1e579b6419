import { after } from '@network-mapper/runtime';
import type { Output } from './output.ts';

/** Milliseconds after which a message says what is going on. */
const longWait = 1000;

/** Says at a terminal what is going on, if it takes longer than a second. */
export async function withProgress<T>(
  { progress }: Pick<Output, 'progress'>,
  line: string,
  work: () => Promise<T>,
): Promise<T> {
  const end = after(longWait, () => progress(line));
  try {
    return await work();
  } finally {
    end();
  }
}
