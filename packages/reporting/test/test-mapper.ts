import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { mapperHeader } from '@network-mapper/api';
import { closeServer, listen } from '@network-mapper/runtime';

/** One request that the mapper got. */
export interface Asked {
  readonly operationName: string;
  /** Names of the servers in a report. */
  readonly names: readonly string[];
  /** Whether it has our additions. */
  readonly extended: boolean;
  readonly compressed: boolean;
  readonly authorization: string | undefined;
}

export interface Reply {
  readonly status: number;
  /** What stands under the mutation's name; the whole body when `body` is given. */
  readonly result?: unknown;
  readonly body?: unknown;
  /** No header that names the mapper, whatever `instance` says: something else answers. */
  readonly stranger?: boolean;
}

/** A mapper over real HTTP: answers as it is made to and writes down what it was asked. */
export class TestMapper {
  readonly asked: Asked[] = [];
  healthChecks = 0;
  /** Which run of the mapper answers; undefined for the original. */
  instance: string | undefined;
  answer: (asked: Asked) => Reply | 'never' | Promise<Reply> = () => ({ status: 200, result: true });
  #port = 0;
  #server: Server | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens (again), on the same port as before. */
  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#handle(request, response));
    this.#port = await listen(server, { name: 'the mapper of the test', port: this.#port, host: '127.0.0.1' });
    this.#server = server;
  }

  async down(): Promise<void> {
    if (this.#server !== undefined) await closeServer(this.#server);
  }

  reports(): readonly Asked[] {
    return this.asked.filter(({ operationName }) => operationName.startsWith('report'));
  }

  /** Names in all reports, in the order in which they came. */
  reported(): readonly string[] {
    return this.asked.flatMap(({ names }) => names);
  }

  #answerHealth(response: ServerResponse): void {
    this.healthChecks++;
    response.writeHead(200, this.instance === undefined ? {} : { [mapperHeader]: this.instance }).end();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/healthz') {
      this.#answerHealth(response);
      return;
    }
    const asked = await readAsked(request);
    this.asked.push(asked);
    const reply = await this.answer(asked);
    if (reply === 'never') return;
    const { status, result, stranger = false } = reply;
    const isHealth = asked.operationName === 'Health';
    const body =
      reply.body ??
      (status === 200
        ? { data: { [isHealth ? 'health' : asked.operationName]: isHealth ? true : result } }
        : { errors: [{ message: 'no' }] });
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(this.instance === undefined || stranger ? {} : { [mapperHeader]: this.instance }),
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

interface Body {
  readonly operationName: string;
  readonly variables?: {
    readonly results?: {
      readonly results: readonly { readonly destinations: readonly { destination: string; firstSeen?: string }[] }[];
    };
  };
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const compressed = request.headers['content-encoding'] === 'gzip';
  const bytes = Buffer.concat(chunks);
  const { operationName, variables } = JSON.parse((compressed ? gunzipSync(bytes) : bytes).toString()) as Body;
  const destinations = (variables?.results?.results ?? []).flatMap(source => source.destinations);
  return {
    operationName,
    compressed,
    names: destinations.map(({ destination }) => destination),
    extended: destinations.some(({ firstSeen }) => firstSeen !== undefined),
    authorization: request.headers.authorization,
  };
}
