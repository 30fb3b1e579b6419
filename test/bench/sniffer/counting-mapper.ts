/** A mapper that accepts everything and only counts: `counting-mapper.ts PORT`; `GET /` answers the counts as JSON. */
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

interface Report {
  readonly operationName: string;
  readonly variables?: {
    readonly results?: { readonly results: readonly { readonly destinations: readonly unknown[] }[] };
  };
}

const counts = { requests: 0, bytes: 0, destinations: 0 };

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') return void response.end(JSON.stringify(counts));
    const bytes = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    const { operationName, variables } = JSON.parse(text.toString()) as Report;
    counts.requests++;
    counts.bytes += bytes.length;
    for (const { destinations } of variables?.results?.results ?? []) counts.destinations += destinations.length;
    response.end(JSON.stringify({ data: { [operationName]: true } }));
  });
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
