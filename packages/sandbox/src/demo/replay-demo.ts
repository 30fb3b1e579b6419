import type { DemoOptions } from './live-demo.ts';
export function replayDemo(_: DemoOptions): Promise<number> {
  return Promise.resolve(1);
}
