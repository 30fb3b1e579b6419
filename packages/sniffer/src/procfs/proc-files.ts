import { constants, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { open, opendir, readFile, readlink } from 'node:fs/promises';
import { isIP } from 'node:net';
import { podDepthOf, podUidOf } from './pod-uid.ts';

/** Why a file of a process could not be read: it ended meanwhile, or its files are not for us to read. */
export type Unreadable = 'gone' | 'not-permitted';

export const tableNames = ['tcp', 'tcp6', 'udp', 'udp6'] as const;
export type TableName = (typeof tableNames)[number];

/** Sockets in use in a network namespace, by table. */
export type SocketCounts = Readonly<Record<TableName, number>>;

/** Ports from which the kernel takes those of clients, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Of a new network namespace (inet_init_net in af_inet.c of the kernel). */
export const defaultEphemeralPorts: PortRange = { first: 32_768, last: 60_999 };

/** File descriptors that are looked at together: each is a call on one of libuv's threads, of which there are four. */
const descriptorsAtOnce = 32;
/** The kernel gives a page at a time whatever the room. */
const chunkSize = 16 * 1024;
/** Bytes of a file that holds a host name: more than the longest name. */
const hostnameFileSize = 300;
/** What a host name may look like; anything else is not passed on. */
const hostname = /^[A-Za-z0-9._-]{1,253}$/;
const socketLink = /^socket:\[(\d+)\]$/;
/** Lines of `fdinfo/<fd>` as of Documentation/filesystems/proc.rst; the inode is there since Linux 5.14. */
const mountLine = /^mnt_id:\s+(\d+)$/m;
const inodeLine = /^ino:\s+(\d+)$/m;

/**
 * What the scan needs of a node's `/proc`. Methods that may take long in the kernel (socket tables; what takes the lock
 * of another process's memory) are asynchronous and run on libuv's threads; the others answer in microseconds.
 */
export class ProcFiles {
  readonly #root: string;
  readonly #chunk = Buffer.allocUnsafeSlow(chunkSize);
  #limited = false;
  #socketMount: string | undefined;
  #podDepth: number | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** True once a process could not be looked at for want of the capability SYS_PTRACE. */
  get limited(): boolean {
    return this.#limited;
  }

  /** Ids of the processes that run now, ascending. Throws when there is no such directory. */
  processes(): readonly number[] {
    return readdirSync(this.#root)
      .filter(name => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  /**
   * Something that is equal for the processes of one network namespace: its name, or, without the capability SYS_PTRACE
   * that reading the name takes, the inode of the socket table.
   */
  networkNamespace(pid: number | 'self'): { readonly id: string } | Unreadable {
    try {
      return { id: readlinkSync(`${this.#root}/${pid}/ns/net`) };
    } catch (error) {
      if (codeOf(error) === 'EINVAL') return this.#socketTableInode(pid); // No link: a copy of a node's files.
      if (unreadable(error) === 'gone') return 'gone';
      this.#limited = true;
      return this.#socketTableInode(pid);
    }
  }

  /**
   * Ports of clients in the network namespace of this process (`/proc/sys/net` shows no other); the default where that
   * is not said.
   */
  ephemeralPorts(): PortRange {
    try {
      const text = readFileSync(`${this.#root}/sys/net/ipv4/ip_local_port_range`, 'latin1');
      const [first, last] = text.trim().split(/\s+/).map(Number);
      return first === undefined || last === undefined || !(first <= last) ? defaultEphemeralPorts : { first, last };
    } catch (error) {
      unreadable(error);
      return defaultEphemeralPorts;
    }
  }

  /** The counters of `net/sockstat` and `net/sockstat6`, which cost the kernel next to nothing. */
  socketCounts(pid: number): SocketCounts | Unreadable {
    try {
      const ipv4 = readFileSync(`${this.#root}/${pid}/net/sockstat`, 'latin1');
      const ipv6 = this.#sockstat6(pid);
      return {
        tcp: inUse({ sockstat: ipv4, protocol: 'TCP' }),
        tcp6: inUse({ sockstat: ipv6, protocol: 'TCP6' }),
        udp: inUse({ sockstat: ipv4, protocol: 'UDP' }),
        udp6: inUse({ sockstat: ipv6, protocol: 'UDP6' }),
      };
    } catch (error) {
      return unreadable(error);
    }
  }

  /** Hands over a socket table chunk by chunk; a chunk is valid only while it is handed over. One table at a time. */
  async readTable(
    pid: number,
    { table, onChunk }: { readonly table: TableName; readonly onChunk: (chunk: Buffer) => void },
  ): Promise<Unreadable | undefined> {
    try {
      await using file = await open(`${this.#root}/${pid}/net/${table}`, 'r');
      while (true) {
        const { bytesRead } = await file.read(this.#chunk, 0, chunkSize, null);
        if (bytesRead === 0) return undefined;
        onChunk(this.#chunk.subarray(0, bytesRead));
      }
    } catch (error) {
      return unreadable(error);
    }
  }

  /**
   * Hostname of a process: `HOSTNAME` of the environment it was started with, as container runtimes set it. With
   * `filesFirst` its `/etc/hostname` before that; a container's also when its environment is not for us to read, which
   * is so for other users' processes without the capability DAC_READ_SEARCH.
   */
  async hostname(
    pid: number,
    { filesFirst, inContainer }: { readonly filesFirst: boolean; readonly inContainer: boolean },
  ): Promise<string | undefined> {
    const fromFile = filesFirst ? await this.#fileHostname(pid) : undefined;
    if (fromFile !== undefined) return fromFile;
    const environment = await this.#read(pid, 'environ');
    if (environment === 'not-permitted') return inContainer ? this.#fileHostname(pid) : undefined;
    if (environment === 'gone') return undefined;
    const entry = environment.text.split('\0').find(item => item.startsWith('HOSTNAME='));
    return validHostname(entry?.slice('HOSTNAME='.length));
  }

  /** UID of the pod the process runs in, from its control group; undefined for a process of the node. */
  async podUid(pid: number): Promise<string | undefined> {
    const cgroups = await this.#read(pid, 'cgroup');
    return typeof cgroups === 'string' ? undefined : podUidOf(cgroups.text, await this.#nodeDepth());
  }

  /** How many pods deep the pods of this node are, by this process's own. */
  async #nodeDepth(): Promise<number> {
    if (this.#podDepth === undefined) {
      const cgroups = await this.#read('self', 'cgroup');
      this.#podDepth = Math.max(1, typeof cgroups === 'string' ? 1 : podDepthOf(cgroups.text));
    }
    return this.#podDepth;
  }

  /**
   * Inodes of the sockets that the process holds open, some at a time: a process may have a million descriptors.
   * Another user's `fd` takes the capability DAC_READ_SEARCH; its `fdinfo` says the same to SYS_PTRACE.
   */
  async *socketInodes(pid: number): AsyncGenerator<readonly number[], Unreadable | undefined> {
    const problem = yield* this.#perDescriptor({ pid, directory: 'fd' }, linkedSocket);
    if (problem !== 'not-permitted') return problem;
    this.#socketMount ??= await this.#findSocketMount();
    const mount = this.#socketMount;
    if (mount === undefined) return problem;
    return yield* this.#perDescriptor({ pid, directory: 'fdinfo' }, path => socketOfMount({ path, mount }));
  }

  /** The mount that all sockets are of: that of one of this process, of which both `fd` and `fdinfo` can be read. */
  async #findSocketMount(): Promise<string | undefined> {
    const mounts = this.#perDescriptor({ pid: 'self', directory: 'fd' }, async path =>
      (await linkedSocket(path)) === undefined
        ? undefined
        : mountLine.exec(await readFile(path.replace('/fd/', '/fdinfo/'), 'latin1'))?.[1],
    );
    for await (const [mount] of mounts) if (mount !== undefined) return mount;
    return undefined;
  }

  /** What is read of each file descriptor, without those that are closed meanwhile. */
  async *#perDescriptor<T>(
    { pid, directory }: { readonly pid: number | 'self'; readonly directory: 'fd' | 'fdinfo' },
    read: (path: string) => Promise<T | undefined>,
  ): AsyncGenerator<readonly T[], Unreadable | undefined> {
    const path = `${this.#root}/${pid}/${directory}`;
    const readAll = async (names: readonly string[]): Promise<readonly T[]> => {
      const results = await Promise.allSettled(names.map(name => read(`${path}/${name}`)));
      return results.flatMap(result =>
        result.status === 'fulfilled' && result.value !== undefined ? [result.value] : [],
      );
    };
    try {
      let names: string[] = [];
      for await (const { name } of await opendir(path, { bufferSize: descriptorsAtOnce })) {
        names.push(name);
        if (names.length < descriptorsAtOnce) continue;
        yield await readAll(names);
        names = [];
      }
      yield await readAll(names);
      return undefined;
    } catch (error) {
      return unreadable(error);
    }
  }

  #socketTableInode(pid: number | 'self'): { readonly id: string } | Unreadable {
    try {
      return { id: `inode ${statSync(`${this.#root}/${pid}/net/tcp`).ino}` };
    } catch (error) {
      return unreadable(error);
    }
  }

  /** A node without IPv6 has no such file. */
  #sockstat6(pid: number): string {
    try {
      return readFileSync(`${this.#root}/${pid}/net/sockstat6`, 'latin1');
    } catch (error) {
      if (unreadable(error) === 'gone') return '';
      throw error;
    }
  }

  /**
   * The content of the process's `/etc/hostname`. The file is the container's: what is not a plain file is not
   * followed, waited for or read to its end.
   */
  async #fileHostname(pid: number): Promise<string | undefined> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    try {
      await using file = await open(`${this.#root}/${pid}/root/etc/hostname`, flags);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(hostnameFileSize), 0, hostnameFileSize, 0);
      return validHostname(buffer.toString('latin1', 0, bytesRead).trim());
    } catch {
      return undefined; // There are many ways not to have the file; the environment is asked instead.
    }
  }

  async #read(pid: number | 'self', file: string): Promise<{ readonly text: string } | Unreadable> {
    try {
      return { text: await readFile(`${this.#root}/${pid}/${file}`, 'latin1') };
    } catch (error) {
      return unreadable(error);
    }
  }
}

/** An address is no host name: images set `HOSTNAME=0.0.0.0` for a server that reads from it where to listen. */
function validHostname(text: string | undefined): string | undefined {
  return text !== undefined && hostname.test(text) && isIP(text) === 0 ? text : undefined;
}

/** The inode of the socket that a link in `fd` leads to. */
async function linkedSocket(path: string): Promise<number | undefined> {
  const inode = socketLink.exec(await readlink(path))?.[1];
  return inode === undefined ? undefined : Number(inode);
}

/** The inode in a file of `fdinfo`, if it is of the mount that sockets are of. */
async function socketOfMount({
  path,
  mount,
}: {
  readonly path: string;
  readonly mount: string;
}): Promise<number | undefined> {
  const info = await readFile(path, 'latin1');
  const inode = mountLine.exec(info)?.[1] === mount ? inodeLine.exec(info)?.[1] : undefined;
  return inode === undefined ? undefined : Number(inode);
}

/** The number behind `PROTOCOL: inuse`. */
function inUse({ sockstat, protocol }: { readonly sockstat: string; readonly protocol: string }): number {
  return Number(new RegExp(`^${protocol}: inuse (\\d+)`, 'm').exec(sockstat)?.[1] ?? 0);
}

/** `/proc` answers ENOENT or ESRCH for a process that ended, EINVAL for a namespace that is being taken down. */
function unreadable(error: unknown): Unreadable {
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM') return 'not-permitted';
  if (code === 'ENOENT' || code === 'ESRCH' || code === 'EINVAL' || code === 'ENOTDIR') return 'gone';
  throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
