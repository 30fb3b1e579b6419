/**
 * A mapper that only writes down, one line of JSON for each request: it checks what it gets against the API's schema as
 * the real one does. With `--original` it knows nothing that the original's schema does not have.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { schemaText } from '@network-mapper/api';
import { buildSchema, graphql } from 'graphql';

const [port = '', ...flags] = process.argv.slice(2);
const schema = buildSchema(flags.includes('--original') ? withoutAdditions(schemaText) : schemaText);

interface Request {
  readonly query: string;
  readonly operationName: string;
  readonly variables?: Record<string, unknown>;
}

createServer((incoming, response) => {
  // Agents ask whether the mapper was replaced.
  if (incoming.url === '/healthz') return void response.end();
  void read(incoming).then(async ({ query, operationName, variables = {} }) => {
    const rootValue = { [operationName]: () => true };
    const { data, errors } = await graphql({
      schema,
      source: query,
      rootValue,
      variableValues: variables,
      operationName,
    });
    if (errors === undefined) console.log(JSON.stringify({ operationName, variables }));
    response.writeHead(errors === undefined ? 200 : 422, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data, errors }));
  });
}).listen(Number(port), '127.0.0.1', () => console.log('{"operationName":"ready","variables":{}}'));

async function read(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const text = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  return JSON.parse(text.toString()) as Request;
}

/** The schema without the members of inputs and the mutations that are marked as ours. */
function withoutAdditions(sdl: string): string {
  return sdl.replaceAll(
    /^ +"Ours[^"]*"\n +(srcPodUid|protocol|accepted|connections|firstSeen: Time|destinationPodUid|reachedPort|reportAgentStatus).*\n/gm,
    '',
  );
}
