import { Agent, request } from 'node:http';

/** Queries that were sent at a steady rate. */
export interface Answered {
  /** How many were answered with each status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds from when each was due to its answer's end: late sending counts. */
  readonly latencies: readonly number[];
}

export interface Load {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
}

/** Sends a small query by each user in turn, whether or not those before were answered. */
export async function sendQueries({ url, tokens, perSecond, seconds }: Load): Promise<Answered> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  const asked: Promise<void>[] = [];
  const begin = performance.now();
  const total = perSecond * seconds;
  while (asked.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) * perSecond) / 1000) + 1);
    while (asked.length < due) {
      const dueAt = begin + (asked.length * 1000) / perSecond;
      const token = tokens[asked.length % tokens.length] ?? '';
      asked.push(
        ask({ url, token, agent }).then(status => {
          statuses[status] = (statuses[status] ?? 0) + 1;
          latencies.push(performance.now() - dueAt);
        }),
      );
    }
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  await Promise.all(asked);
  agent.destroy();
  return { statuses, latencies };
}

const body = JSON.stringify({ query: '{ intents { client { name } server { name } } }' });

async function ask({ url, token, agent }: { url: string; token: string; agent: Agent }): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    authorization: `Bearer ${token}`,
  };
  const sent = request(`${url}/query`, { method: 'POST', agent, headers }, response => {
    response.resume();
    response.once('end', () => resolve(response.statusCode ?? 0));
  });
  sent.once('error', reject);
  sent.end(body);
  return promise;
}
