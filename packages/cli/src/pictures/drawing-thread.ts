import { after } from '@network-mapper/runtime';
import { isSea } from 'node:sea';
import { parentPort, Worker, workerData } from 'node:worker_threads';

interface Order {
  readonly drawingOfNetworkMapper: string;
}

function isOrder(data: unknown): data is Order {
  return typeof data === 'object' && data !== null && 'drawingOfNetworkMapper' in data;
}

const order: unknown = workerData;

/** Whether this is the thread that draws: the program, in one file, is loaded in it a second time. */
export const isDrawingThread = isOrder(order);

// No `await` out here: the program is bundled as CommonJS for its executable.
if (isOrder(order)) void layOut(order.drawingOfNetworkMapper).then(svg => parentPort?.postMessage(svg));

/** Graphviz is loaded only where something is drawn: it takes longer than all other commands. */
async function layOut(dot: string): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  return (await Graphviz.load()).dot(dot);
}

/** The drawing as SVG; undefined when it takes longer than so many milliseconds: Graphviz can only be ended. */
export async function drawWithin(
  dot: string,
  { deadline }: { readonly deadline: number },
): Promise<string | undefined> {
  // In one executable there is no file that a thread could load.
  if (isSea()) return layOut(dot);
  const worker = new Worker(new URL(import.meta.url), { workerData: { drawingOfNetworkMapper: dot } satisfies Order });
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const cancel = after(deadline, () => resolve(undefined));
  worker.once('message', (svg: string) => resolve(svg)).once('error', reject);
  try {
    return await promise;
  } finally {
    cancel();
    await worker.terminate();
  }
}
