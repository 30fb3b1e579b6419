import { getHeapSpaceStatistics } from 'node:v8';

/** What of a limit is in use, in bytes. */
export interface MemoryUse {
  readonly used: number;
  readonly limit: number;
}

export interface MemoryGuardOptions {
  readonly heap: () => MemoryUse;
  /** The whole process against what its container may have. */
  readonly resident: () => MemoryUse;
  /** Frees what nobody uses any more: of a heap that looks full most may be that. */
  readonly collect: () => void;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
}

/** Above this part of a limit nothing more is taken in. */
const highest = 0.85;
/** Milliseconds between two looks: reading the resident size takes up to a third of one. */
const sampleEvery = 50;
/** Milliseconds between two collections, which hold everything up for 2 ms a MiB. */
const collectEvery = 5_000;

/** Says whether memory is so short that requests must be refused before one of them ends the process. */
export function createMemoryGuard({ heap, resident, collect, clock }: MemoryGuardOptions): () => boolean {
  let short = false;
  let sampledAt = -Infinity;
  let collectedAt = -Infinity;
  const isShort = (): boolean => [heap(), resident()].some(({ used, limit }) => used > limit * highest);

  return () => {
    const now = clock();
    if (now - sampledAt < sampleEvery) return short;
    sampledAt = now;
    short = isShort();
    if (short && now - collectedAt >= collectEvery) {
      collect();
      collectedAt = clock();
      short = isShort();
    }
    return short;
  };
}

const mebibyte = 2 ** 20;
/** MiB of V8's young generation: three semi-spaces, of 64 MiB unless a flag says otherwise. */
const usualSemiSpace = 64;

/** The part of V8's limit that is left for what lives long. `flags` are those that the process was started with. */
export function oldGenerationLimit(heapSizeLimit: number, flags: readonly string[]): number {
  const flag = flags.find(text => /^--max[-_]semi[-_]space[-_]size=\d+$/.test(text));
  const semiSpace = flag === undefined ? usualSemiSpace : Number(flag.split('=')[1]);
  return Math.max(heapSizeLimit - 3 * semiSpace * mebibyte, heapSizeLimit / 4);
}

/** Bytes in use outside of V8's young generation. */
export function oldGenerationUsed(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !name.startsWith('new_'))
    .reduce((sum, { space_used_size: size }) => sum + size, 0);
}
