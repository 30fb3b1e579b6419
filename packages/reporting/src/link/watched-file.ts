import { readFile, stat } from 'node:fs/promises';

/** A small file that others replace, e.g. a projected token or a certificate: read again when it changed. */
export class WatchedFile {
  readonly path: string;
  #state = '';
  #content: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** The content, undefined while there is no such file. Throws when it may not be read. */
  async read(): Promise<string | undefined> {
    try {
      // Follows links: Kubernetes replaces the folder that they lead into.
      const { ino, mtimeMs, size } = await stat(this.path);
      const state = `${ino} ${mtimeMs} ${size}`;
      if (state !== this.#state) this.#content = await readFile(this.path, 'utf8');
      this.#state = state;
      return this.#content;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      this.#state = '';
      return undefined;
    }
  }
}
