import { every, type Runnable } from '@network-mapper/runtime';
import type { MapperLink } from './mapper-link.ts';

/** Asks every `interval` milliseconds who the mapper is, unless it has just answered, so that a new one soon gets all that lasts. */
export function createRestartDetector({
  link,
  interval,
}: {
  readonly link: MapperLink;
  readonly interval: number;
}): Runnable {
  return {
    name: 'the detection of a new mapper',
    run: signal => every(interval, () => link.probe(interval, signal), signal),
  };
}
