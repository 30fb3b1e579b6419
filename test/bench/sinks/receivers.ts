/**
 * All that a mapper delivers to, in a process of its own: a cloud, a collector of OpenTelemetry, a receiver of events.
 * Prints their addresses as JSON when they listen, and what came on `GET /counts`.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { listen } from '@network-mapper/runtime';

const counts = { cloud: 0, collector: 0, events: 0 };

async function discard(request: IncomingMessage): Promise<number> {
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) size += chunk.length;
  return size;
}

const server = createServer((request, response) => {
  void discard(request).then(() => {
    response.setHeader('content-type', 'application/json');
    switch (request.url) {
      case '/counts':
        return response.end(JSON.stringify(counts));
      case '/api/auth/tokens/token':
        return response.end('{"access_token":"token","token_type":"bearer"}');
      case '/api/graphql/v1beta':
      case '/api/telemetry/query':
        counts.cloud++;
        return response.end('{"data":{"taken":true}}');
      case '/v1/metrics':
        counts.collector++;
        return response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      default:
        counts.events++;
        return response.writeHead(204).end();
    }
  });
});
const port = await listen(server, { name: 'the receivers', port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
