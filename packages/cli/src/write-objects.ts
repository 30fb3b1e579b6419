import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from './cli-error.ts';
import type { Output } from './output.ts';

/** Where objects go: to standard output, into one file, or each into a file of its own. */
export type Destination =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'single-file'; readonly path: string }
  | { readonly kind: 'dir'; readonly path: string };

/** Objects that are written together or each for itself. */
export interface Written<T> {
  readonly objects: readonly T[];
  /** The name of the file of one object, with its ending. */
  readonly fileOf: (object: T) => string;
  readonly render: (objects: readonly T[]) => string;
  /** What the file of one object has, where that is not what a list of it alone would be. */
  readonly renderAlone?: (object: T) => string;
}

/** Throws CliError when a file cannot be written. */
export async function writeObjects<T>(
  { objects, fileOf, render, renderAlone = object => render([object]) }: Written<T>,
  { destination, output }: { readonly destination: Destination; readonly output: Output },
): Promise<void> {
  if (destination.kind === 'stdout') {
    output.print(render(objects).split('\n'));
    return;
  }
  const { path } = destination;
  if (destination.kind === 'single-file') {
    await write(path, render(objects));
    return;
  }
  // As the Otterize CLI makes it: for the person who runs it alone.
  await orFail(mkdir(path, { recursive: true, mode: 0o700 }), `could not create dir ${path}`);
  for (const object of objects) await write(join(path, inOneFolder(fileOf(object))), renderAlone(object));
}

/** Names come from reports: none of them may lead out of the folder. */
function inOneFolder(name: string): string {
  return name.replace(/[/\0]/g, character => encodeURIComponent(character));
}

export async function write(path: string, content: string | Uint8Array): Promise<void> {
  await orFail(writeFile(path, content), `${path} cannot be written`);
}

async function orFail(work: Promise<unknown>, sentence: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new CliError(`${sentence}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
