import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a container of an image runs. */
export interface ContainerCommand {
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How `Dockerfile.<service>` says that its image is run: tests and benchmarks run the same. */
export function containerCommand(service: 'mapper' | 'sniffer'): ContainerCommand {
  const file = `Dockerfile.${service}`;
  const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(text)?.[1];
  if (entrypoint === undefined) throw new Error(`${file} has no ENTRYPOINT in JSON on a line of its own.`);
  const env = [...text.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]);
  return {
    entrypoint: JSON.parse(entrypoint) as readonly string[],
    env: Object.fromEntries(env) as Record<string, string>,
  };
}
