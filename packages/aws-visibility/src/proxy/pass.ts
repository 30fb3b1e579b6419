import type { Socket } from 'node:net';

/**
 * Each side gets what the other sends, as fast as it takes it; when one breaks, or both are silent for so many
 * milliseconds, the other is cut.
 */
export function pass(client: Socket, upstream: Socket, idle: number): void {
  client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
  upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
  // What either side sends is written to the other, so that one's silence is both's.
  upstream.setTimeout(idle, () => upstream.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
}
