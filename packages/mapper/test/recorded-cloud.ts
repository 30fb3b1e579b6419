import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { closeServer, listen } from '@network-mapper/runtime';
import { buildSchema, graphql, type GraphQLSchema } from 'graphql';

/** One call of the API, as the schema understood it. */
export interface Call {
  readonly operation: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What goes wrong with a call instead of its being taken. */
export type CallFault = { readonly status: number } | { readonly errors: string } | 'reset' | 'hang';

export interface RecordedCloud extends AsyncDisposable {
  /** What `OTTERIZE_API_ADDRESS` is set to. */
  readonly address: string;
  /** Calls that were taken, oldest first. */
  readonly calls: readonly Call[];
  /** Calls that do not fit the schema: there must be none. */
  readonly unfit: readonly string[];
  /** Requests for tokens, as forms. */
  readonly tokens: readonly URLSearchParams[];
  /** Called with each call before it is taken. */
  fault: ((call: Call) => CallFault | undefined) | undefined;
  /** Seconds that tokens live from now on. */
  lifetime: number;
  /** Takes no token any more that it gave out. */
  revoke(): void;
  /** The variables of the calls of an operation. */
  of(operation: string): readonly Readonly<Record<string, unknown>>[];
}

export interface RecordedCloudOptions {
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly port?: number;
}

const schemaOf = (name: string): GraphQLSchema =>
  buildSchema(readFileSync(join(import.meta.dirname, 'fixtures/cloud', name), 'utf8'));
const schemas = { graphql: schemaOf('cloud.graphql'), telemetry: schemaOf('telemetry.graphql') };

/** A server of the cloud's protocol: it checks every call against the cloud's schema, and can fail in all ways. */
export async function startRecordedCloud({ tls, port = 0 }: RecordedCloudOptions = {}): Promise<RecordedCloud> {
  const calls: Call[] = [];
  const unfit: string[] = [];
  const tokens: URLSearchParams[] = [];
  const alive = new Set<string>();
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  const used = await listen(server, { name: 'the recorded cloud', port, host: '127.0.0.1' });
  const cloud: RecordedCloud = {
    address: `http${tls === undefined ? '' : 's'}://127.0.0.1:${used}/api`,
    calls,
    unfit,
    tokens,
    fault: undefined,
    lifetime: 3600,
    revoke: () => alive.clear(),
    of: operation => calls.filter(call => call.operation === operation).map(({ variables }) => variables),
    [Symbol.asyncDispose]: () => closeServer(server),
  };
  return cloud;

  function handle(request: IncomingMessage, response: ServerResponse): void {
    void answer(request, response);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const send = (status: number, object: object): ServerResponse =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(object));
    switch (request.url) {
      case '/api/auth/tokens/token': {
        const form = new URLSearchParams(body);
        tokens.push(form);
        if (form.get('client_secret') !== 'secret' || request.headers.authorization !== undefined)
          return void send(401, { error: 'invalid_client' });
        const token = `token-${tokens.length}`;
        alive.add(token);
        return void send(200, { access_token: token, token_type: 'bearer', expires_in: cloud.lifetime });
      }
      case '/api/graphql/v1beta':
        if (!alive.has((request.headers.authorization ?? '').replace('Bearer ', '')))
          return void send(401, { error: 'no such token' });
        return take('graphql');
      case '/api/telemetry/query':
        return take('telemetry');
      default:
        return void send(404, { error: 'nothing is here' });
    }

    async function take(schema: keyof typeof schemas): Promise<void> {
      const { query, variables, operationName } = JSON.parse(body) as {
        readonly query: string;
        readonly variables: Record<string, unknown>;
        readonly operationName: string;
      };
      const call = { operation: operationName, variables, at: Date.now() };
      const fault = cloud.fault?.(call);
      if (fault === 'hang') return;
      if (fault === 'reset') return void request.socket.destroy();
      if (fault !== undefined && 'status' in fault) return void send(fault.status, { error: 'on purpose' });
      if (fault !== undefined) return void send(200, { errors: [{ message: fault.errors }] });
      const rootValue = new Proxy({}, { get: () => () => true });
      const result = await graphql({
        schema: schemas[schema],
        source: query,
        rootValue,
        variableValues: variables,
        operationName,
      });
      if (result.errors === undefined) calls.push(call);
      else unfit.push(`${operationName}: ${result.errors.map(({ message }) => message).join('; ')}`);
      send(200, result);
    }
  }
}
