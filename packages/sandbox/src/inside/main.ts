// The first process inside of a sandbox's namespaces: it stands for the node. It does what the process outside orders,
// and ends, and everything in its process namespace with it, as soon as that process is gone.
import { rmSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { forward } from '../forward.ts';
import type { News, NumberedOrder, Order } from '../protocol.ts';
import { layNetwork } from './network.ts';
import { holdPod, startProcess } from './processes.ts';

const directory = process.argv[2];
const podProcesses = new Map<string, number>();
const processes = new Map<number, ChildProcess>();

function tell(news: News): void {
  process.send?.(news);
}

function commandIn(podName: string | undefined, command: readonly string[]): readonly string[] {
  if (podName === undefined) return command;
  const pid = podProcesses.get(podName);
  if (pid === undefined) throw new Error(`there is no pod ${podName}`);
  return ['nsenter', '--net', '--uts', '--target', String(pid), '--', ...command];
}

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'lay-network': {
      const holders = order.network.pods.map(async ({ podName }) => {
        const { pid } = await holdPod(podName);
        if (pid !== undefined) podProcesses.set(podName, pid);
      });
      await Promise.all(holders);
      return layNetwork(order.network, podProcesses);
    }
    case 'start': {
      const { process: number, env } = order;
      const child = await startProcess(
        { command: commandIn(order.podName, order.command), env },
        {
          onLine: text => tell({ kind: 'line', process: number, text }),
          onExit: code => {
            processes.delete(number);
            tell({ kind: 'exited', process: number, code });
          },
        },
      );
      processes.set(number, child);
      return;
    }
    case 'signal':
      processes.get(order.process)?.kill(order.signal);
      return;
    case 'forward':
      await forward(order);
  }
}

process.on('message', ({ number, order }: NumberedOrder) => {
  obey(order).then(
    () => tell({ kind: 'done', number }),
    (error: unknown) =>
      tell({ kind: 'failed', number, message: error instanceof Error ? error.message : String(error) }),
  );
});

process.on('disconnect', () => {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});

tell({ kind: 'awake' });
