import { mergeSightings, sightingKey, type Sighting } from '@network-mapper/model';
import {
  createCollectors,
  readCapture,
  readCaptureFile,
  skipReasons,
  undecodable,
  type CaptureStream,
  type FileEnd,
  type FrameConsumer,
} from '@network-mapper/packets';

export interface CaptureContent {
  readonly sightings: Iterable<Sighting>;
  /** Sightings that there was no room for. */
  readonly left: number;
  readonly packets: number;
  /** Of the first packet, as of https://www.tcpdump.org/linktypes.html; undefined without packets. */
  readonly linkType: number | undefined;
  /** No packet was of a link type that can be read. */
  readonly isUnknownLinkType: boolean;
  readonly end: FileEnd;
  /** What says nothing of who calls whom, in the order of how often it was seen. */
  readonly unmapped: readonly { readonly reason: string; readonly count: number; readonly meaning: string }[];
}

export interface CaptureOptions {
  /** From which DNS servers answer. */
  readonly dnsPorts: readonly number[];
  /** Distinct sightings that are kept at most. */
  readonly most: number;
}

/** Packets between two looks at what is due. */
const emitEvery = 1_000;
/** Milliseconds after which what lasts is recorded again; nobody waits for it here. */
const refreshInterval = 60_000;

/**
 * Reads a capture, of a file or as it comes, and says what is in it, holding no more of it than what it says. Throws
 * when it is none.
 */
export async function captureContent(
  source: string | CaptureStream,
  { dnsPorts, most }: CaptureOptions,
): Promise<CaptureContent> {
  const sightings = new Map<string, Sighting>();
  let left = 0;
  const record = (sighting: Sighting) => {
    const key = sightingKey(sighting);
    const known = sightings.get(key);
    if (known === undefined && sightings.size >= most) left++;
    else sightings.set(key, known === undefined ? sighting : mergeSightings(known, sighting));
  };
  const collectors = createCollectors({
    config: { dns: true, tcp: true, dnsPorts, refreshInterval },
    record,
    lost: () => 0,
  });
  const { path } = collectors;
  let linkType: number | undefined;
  const consume: FrameConsumer = (frame, type) => {
    linkType ??= type;
    path.consume(frame, type);
    if (path.frames % emitEvery === 0) path.emitDue(frame.time);
  };
  const end = await (typeof source === 'string' ? readCaptureFile(source, consume) : readCapture(source, consume));
  path.emitDue(Infinity);
  const meanings: Readonly<Record<string, string>> = { ...undecodable, ...skipReasons };
  const counts = [...collectors.undecodable.entries(), ...collectors.skipped.entries()];
  return {
    sightings: sightings.values(),
    left,
    packets: path.frames,
    linkType,
    isUnknownLinkType: counts.some(({ reason, count }) => reason === 'link-type' && count === path.frames),
    end,
    unmapped: counts
      .map(({ reason, count }) => ({ reason, count, meaning: meanings[reason] ?? '' }))
      .sort((a, b) => b.count - a.count),
  };
}
