import type { MapCall } from '../network-map.ts';

export function htmlPage(calls: readonly MapCall[]): string {
  return String(calls.length);
}
