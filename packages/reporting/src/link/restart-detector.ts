import { pause, type Runnable } from '@network-mapper/runtime';
import type { MapperLink } from './mapper-link.ts';

export interface RestartDetectorOptions {
  readonly link: MapperLink;
  /** Milliseconds since the last answer of the mapper, or the last question. */
  readonly interval: number;
}

/** Asks who the mapper is when it has not answered for `interval`, so that a new one soon gets all that lasts. */
export function createRestartDetector({ link, interval }: RestartDetectorOptions): Runnable {
  return {
    name: 'the detection of a new mapper',
    run: async signal => {
      const untilDue = (): number => (Number.isFinite(link.sinceAnswer) ? interval - link.sinceAnswer : interval);
      while (await pause(Math.max(0, untilDue()), signal)) if (link.sinceAnswer >= interval) await link.probe(signal);
    },
  };
}
