import { every, type Runnable } from '@network-mapper/runtime';
import type { MapperLink } from './mapper-link.ts';

/** Asks every `interval` milliseconds who the mapper is, so that one that was replaced is told all again soon, even when there is no news. */
export function createMapperProbe({
  link,
  interval,
}: {
  readonly link: MapperLink;
  readonly interval: number;
}): Runnable {
  return { name: 'the probe of the mapper', run: signal => every(interval, () => link.probe(signal), signal) };
}
