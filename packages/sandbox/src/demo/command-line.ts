import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { programs } from '../programs.ts';

/** What a user types to see the map. */
export const listCommand = (mapperUrl: string): readonly string[] => ['list', '--short', '--mapper-address', mapperUrl];

/** Runs the command line with this process's outputs; returns its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [programs.commandLine, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
