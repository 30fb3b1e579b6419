/** What one sighting adds to the count of connections; undefined when its source does not count any. */
export type ConnectionsSeen =
  { readonly method: 'ports'; readonly ports: readonly number[] } | { readonly method: 'answers' } | undefined;

export interface ConnectionsCount {
  readonly current: number;
  readonly added: number;
  readonly removed: number;
}

/** The connections of one edge in one interval: the client's ports where they are known, else the number of DNS answers. */
export class ConnectionCounter {
  #answers = 0;
  #ports: Set<number> | undefined;

  add(seen: ConnectionsSeen): void {
    if (seen === undefined) return;
    if (seen.method === 'answers') {
      this.#answers++;
      return;
    }
    this.#ports ??= new Set();
    for (const port of seen.ports) this.#ports.add(port);
  }

  /** The count, compared with that of the interval before; undefined when nothing counted. */
  compare(before: ConnectionCounter | undefined): ConnectionsCount | undefined {
    const current = this.#count();
    if (current === undefined) return undefined;
    if (before === undefined) return { current, added: current, removed: 0 };
    const earlier = before.#count();
    if (earlier === undefined) return undefined;
    const [ports, earlierPorts] = [this.#ports, before.#ports];
    if (ports === undefined || earlierPorts === undefined) return { current, added: current, removed: earlier };
    return { current, added: ports.difference(earlierPorts).size, removed: earlierPorts.difference(ports).size };
  }

  /** Ports tell more than answers: once there are any, answers do not count. */
  #count(): number | undefined {
    if (this.#ports !== undefined) return this.#ports.size;
    return this.#answers > 0 ? this.#answers : undefined;
  }
}
