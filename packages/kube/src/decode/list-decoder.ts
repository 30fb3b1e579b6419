import type { Decoder } from './decoder.ts';

/** What a list says of itself. */
export interface ListHead {
  readonly resourceVersion: string;
  /** The token of the next page. */
  readonly next: string | undefined;
}

/** Decodes a list while its bytes come, each object as soon as it is complete. */
export type ListDecoder = Decoder<ListHead>;

/** From a list's metadata, decoded with `listMetadata`; undefined when it says too little. */
export function toListHead({
  resourceVersion,
  continue: next,
}: Readonly<Record<string, unknown>>): ListHead | undefined {
  if (typeof resourceVersion !== 'string') return undefined;
  return { resourceVersion, next: typeof next === 'string' && next !== '' ? next : undefined };
}
