import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenLocally, type LocalServer } from '@network-mapper/testkit';

/** An operation as the proxy reports it. */
export interface Reported {
  readonly actions: readonly string[];
  readonly resource: string;
  readonly srcIp: string;
  readonly iamRole: string | null;
}

export interface AwsMapper extends LocalServer {
  readonly reported: readonly Reported[];
}

interface Body {
  readonly query?: string;
  readonly variables?: {
    readonly operation?: readonly Reported[];
  };
}

/** A mapper that keeps what the proxy reports. */
export async function startAwsMapper(): Promise<AwsMapper> {
  const reported: Reported[] = [];
  const server = createServer((request, response) => {
    void text(request).then(body => {
      const { variables = {}, query = 'health' } = JSON.parse(body === '' ? '{}' : body) as Body;
      reported.push(...(variables.operation ?? []));
      const field = /reportAWSOperation|reportAgentStatus|health/.exec(query)?.[0] ?? '';
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: { [field]: true } }));
    });
  });
  const { url, close } = await listenLocally(server);
  return { url: `${url}/query`, close, reported };
}
