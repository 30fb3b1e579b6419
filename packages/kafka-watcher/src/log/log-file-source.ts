import { open, stat, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { PodParty } from '@network-mapper/model';
import type { Source } from '@network-mapper/reporting';
import { every, wallTime } from '@network-mapper/runtime';
import type { AccessRecorder } from './access-recorder.ts';

export interface LogFileOptions {
  readonly file: string;
  /** The broker that writes it. */
  readonly broker: PodParty;
  readonly recorder: AccessRecorder;
  /** Milliseconds between two looks. */
  readonly interval?: number;
}

/** Read at once. */
const blockSize = 256 * 1024;
/** A line without an end grows no further. In characters. */
const longestRest = 1024 * 1024;

/**
 * A log file that is followed as `tail -F` does: from its end at the start, and across rotation from the start of the
 * new file.
 */
export function createLogFileSource(options: LogFileOptions): Source {
  const follower = new FileFollower(options);
  return {
    name: `the log ${options.file}`,
    run: async signal => {
      await every(options.interval ?? 1_000, () => follower.look(), signal);
      await follower.close();
    },
    problem: () => follower.problem,
    drain: () => follower.look(),
  };
}

class FileFollower {
  readonly #options: LogFileOptions;
  readonly #buffer = Buffer.alloc(blockSize);
  #open: { readonly handle: FileHandle; readonly inode: number } | undefined;
  #decoder = new StringDecoder('utf8');
  #position = 0;
  #rest = '';
  /** A file that was there at the start is read from its end. */
  #isFirst = true;
  #looking = Promise.resolve();
  problem: string | undefined;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** One look after the other: a second one at the same time would read the same lines again. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { file } = this.#options;
    try {
      const { ino: inode, size } = await stat(file);
      // It was cut short; as it grows while it is read, that shows before only.
      const isShorter = size < this.#position;
      // What was written into a file before it was moved away is read first.
      if (this.#open !== undefined) await this.#read(this.#open.handle);
      if (this.#open?.inode !== inode || isShorter) await this.#reopen({ inode, size });
      if (this.#open !== undefined) await this.#read(this.#open.handle);
      this.problem = undefined;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.problem = `${file} cannot be read: ${error.code ?? error.message}`;
    }
    this.#isFirst = false;
  }

  async close(): Promise<void> {
    await this.#open?.handle.close();
    this.#open = undefined;
  }

  async #reopen({ inode, size }: { readonly inode: number; readonly size: number }): Promise<void> {
    await this.close();
    this.#open = { handle: await open(this.#options.file), inode };
    this.#position = this.#isFirst ? size : 0;
    this.#rest = '';
    this.#decoder = new StringDecoder('utf8');
  }

  async #read(handle: FileHandle): Promise<void> {
    for (;;) {
      const { bytesRead } = await handle.read(this.#buffer, 0, blockSize, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      this.#take(this.#decoder.write(this.#buffer.subarray(0, bytesRead)));
    }
  }

  #take(text: string): void {
    const { recorder, broker } = this.#options;
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, longestRest);
    const at = wallTime();
    for (const line of lines) recorder.take(line.trimEnd(), { broker, at });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
