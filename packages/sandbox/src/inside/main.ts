// The first process inside of a sandbox's namespaces: it stands for the node. It does what the process outside orders,
// and ends, and everything in its process namespace with it, as soon as that process is gone.
import { rmSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { forward } from '../forward.ts';
import type { NodeEvent, NumberedCommand, Command } from '../protocol.ts';
import { layNetwork } from './network.ts';
import { holdPod, startProcess } from './processes.ts';

const directory = process.argv[2];
const podProcesses = new Map<string, number>();
const processes = new Map<number, ChildProcess>();

function emit(event: NodeEvent): void {
  process.send?.(event);
}

function commandIn(podName: string | undefined, command: readonly string[]): readonly string[] {
  if (podName === undefined) return command;
  const pid = podProcesses.get(podName);
  if (pid === undefined) throw new Error(`there is no pod ${podName}`);
  return ['nsenter', '--net', '--uts', '--target', String(pid), '--', ...command];
}

async function execute(command: Command): Promise<void> {
  switch (command.kind) {
    case 'lay-network': {
      const holders = command.network.pods.map(async ({ podName }) => {
        const { pid } = await holdPod(podName);
        if (pid !== undefined) podProcesses.set(podName, pid);
      });
      await Promise.all(holders);
      return layNetwork(command.network, podProcesses);
    }
    case 'start': {
      const { process: number, env } = command;
      const child = await startProcess(
        { command: commandIn(command.podName, command.command), env },
        {
          onLine: text => emit({ kind: 'line', process: number, text }),
          onExit: code => {
            processes.delete(number);
            emit({ kind: 'exited', process: number, code });
          },
        },
      );
      processes.set(number, child);
      return;
    }
    case 'signal':
      processes.get(command.process)?.kill(command.signal);
      return;
    case 'forward':
      await forward(command);
  }
}

process.on('message', ({ number, command }: NumberedCommand) => {
  execute(command).then(
    () => emit({ kind: 'done', number }),
    (error: unknown) =>
      emit({ kind: 'failed', number, message: error instanceof Error ? error.message : String(error) }),
  );
});

process.on('disconnect', () => {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});

emit({ kind: 'ready' });
