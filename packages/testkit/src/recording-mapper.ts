import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { listenLocally, type LocalServer } from './listen-locally.ts';

/** One entry of a report, as the mutation of its kind has it. */
export type ReportedEntry = Readonly<Record<string, unknown>>;

export interface RecordingMapper extends LocalServer {
  /** Of all reports, in the order in which they came. */
  readonly entries: readonly ReportedEntry[];
  /** The last status that an agent reported. */
  readonly status: () => ReportedEntry | undefined;
}

interface Operation {
  readonly operationName: string;
  readonly variables: {
    readonly results?: { readonly results: readonly ReportedEntry[] };
    readonly status?: ReportedEntry;
  };
}

/** A mapper of this project as an agent sees it: it takes every report, and remembers what it was given. */
export async function createRecordingMapper(): Promise<RecordingMapper> {
  const entries: ReportedEntry[] = [];
  let status: ReportedEntry | undefined;
  const server = createServer((request, response) => {
    response.setHeader('x-mapper-instance', 'one');
    if (request.method !== 'POST') return void response.end();
    void buffer(request).then(bytes => {
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      const { operationName, variables } = JSON.parse(body.toString('utf8')) as Operation;
      entries.push(...(variables.results?.results ?? []));
      status = variables.status ?? status;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { [operationName]: true } }));
    });
  });
  return { ...(await listenLocally(server)), entries, status: () => status };
}
