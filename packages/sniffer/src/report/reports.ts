import { MapperClient, operations, toWire } from '@network-mapper/api';
import {
  Book,
  createChannel,
  MapperLink,
  postByHttp,
  type AnyChannel,
  type ReportRequest,
} from '@network-mapper/reporting';
import { isExpendable, mergeSightings, saysMore, sightingKey, type Sighting } from '@network-mapper/model';
import type { SnifferConfig } from '../options.ts';

/** The kinds of evidence that a sniffer has. */
export type Evidence = 'dns' | 'tcp' | 'socket';

export interface Reports {
  readonly link: MapperLink;
  readonly books: Readonly<Record<Evidence, Book<Sighting>>>;
  readonly channels: readonly AnyChannel<Evidence>[];
}

const operationsByEvidence = {
  socket: operations.reportSocketScanResults,
  dns: operations.reportCaptureResults,
  tcp: operations.reportTCPCaptureResults,
} as const;

/** Milliseconds for which a mapper that does not know the additions is not asked to understand them. */
const rememberRefusal = 10 * 60_000;
/** Milliseconds for which what was told is held, for a mapper that may be replaced, and how much of each kind of evidence. */
const remember = 3_600_000;
const mostRemembered = 2_000;
/** Bytes from which a report is compressed. */
const compressAbove = 16 * 1024;

/** A book per kind of evidence, and the way each is told to the mapper. */
export function createReports({ mapperUrl, callsTimeout, mostHeld, refreshInterval }: SnifferConfig): Reports {
  const client = { url: mapperUrl, timeout: callsTimeout, post: postByHttp };
  const link = new MapperLink({
    client: new MapperClient(client),
    modernClient: new MapperClient({ ...client, compressAbove }),
    rememberRefusal,
    clock: () => performance.now(),
    mapperReplaced: () => Object.values(books).forEach(book => book.retell()),
  });
  const kind = {
    key: sightingKey,
    merge: mergeSightings,
    isNews: saysMore,
    saysLittle: isExpendable,
    pack: (sighting: Sighting) => JSON.stringify(sighting),
    unpack: (_key: string, packed: string) => JSON.parse(packed) as Sighting,
  };
  const book = (): Book<Sighting> =>
    new Book({ kind, capacity: mostHeld, refresh: refreshInterval, remember, mostRemembered });
  const books = { socket: book(), dns: book(), tcp: book() };
  const channel = (evidence: Evidence): AnyChannel<Evidence> =>
    createChannel({
      name: evidence,
      book: books[evidence],
      send: (sightings, signal) => link.report(toRequest(evidence, sightings), signal),
    });
  return { link, books, channels: [channel('socket'), channel('dns'), channel('tcp')] };
}

function toRequest(evidence: Evidence, sightings: readonly Sighting[]): ReportRequest {
  return {
    ...operationsByEvidence[evidence],
    variables: dialect =>
      toWire(({ dns: 'DNS', tcp: 'TCP', socket: 'SOCKET' } as const)[evidence], sightings, {
        dialect,
        now: Date.now(),
      }),
  };
}
