import { placeOf, sortedBy, type WorkloadName } from '../network-map.ts';
import type { ObservedIntents } from '../observed-intents.ts';

/** What is drawn of a map: its services by namespace, and an arrow for each pair that calls. */
export interface Picture {
  readonly namespaces: readonly { readonly name: string; readonly services: readonly PictureNode[] }[];
  readonly arrows: readonly PictureArrow[];
  /** Services that so many others call, or that call so many, that their arrows would hide all else. */
  readonly hubs: readonly Hub[];
}

export interface PictureNode extends WorkloadName {
  /** The same for the same map. */
  readonly id: string;
  /** Hubs that it calls and that call it, where their arrows are not drawn. */
  readonly badges: readonly string[];
}

export interface PictureArrow {
  readonly from: PictureNode;
  readonly to: PictureNode;
  /** `HTTP`, `KAFKA`; empty where only connections are known. */
  readonly types: readonly string[];
}

export interface Hub extends WorkloadName {
  readonly badge: string;
  /** What its arrows are, in words: `called by 180`. */
  readonly about: string;
}

export interface PictureOptions {
  /** Whether hubs are folded where a picture has many services. */
  readonly fold: boolean;
}

interface Pair {
  readonly from: WorkloadName;
  readonly to: WorkloadName;
  readonly types: Set<string>;
}

/** Pictures of so many services are read with all their arrows. */
const mostUnfolded = 40;
/** A service is a hub when it has arrows to this part of all others, and at least this many. */
const hubPart = 0.25;
const leastArrows = 12;

export function pictureOf(objects: readonly ObservedIntents[], { fold }: PictureOptions): Picture {
  const pairs = new Map<string, Pair>();
  const services = new Map<string, WorkloadName>();
  for (const { name, namespace, targets } of objects) {
    const from = { name, namespace };
    services.set(placeOf(from), from);
    for (const { server: to, type, http } of targets) {
      services.set(placeOf(to), to);
      const key = `${placeOf(from)} ${placeOf(to)}`;
      const pair = pairs.get(key) ?? { from, to, types: new Set() };
      pairs.set(key, pair);
      if (type === 'kafka') pair.types.add('KAFKA');
      if (http.length > 0) pair.types.add('HTTP');
    }
  }
  const ordered = sortedBy([...services.values()], placeOf);
  const arrows = sortedBy([...pairs.values()], ({ from, to }) => `${placeOf(from)} ${placeOf(to)}`);
  const hubs = fold && ordered.length > mostUnfolded ? hubsOf(arrows, ordered.length) : [];
  return drawn({ ordered, arrows, hubs });
}

interface FoundHub extends Hub {
  readonly side: 'from' | 'to';
}

function hubsOf(pairs: readonly Pair[], services: number): readonly FoundHub[] {
  const least = Math.max(leastArrows, services * hubPart);
  const of = (side: FoundHub['side']) =>
    [...Map.groupBy(pairs, pair => placeOf(pair[side])).values()].flatMap(group => {
      const [first] = group;
      return first === undefined || group.length < least
        ? []
        : [{ ...first[side], side, about: side === 'to' ? `called by ${group.length}` : `calls ${group.length}` }];
    });
  return [...of('to'), ...of('from')].map((hub, index) => ({ ...hub, badge: `H${index + 1}` }));
}

interface Found {
  readonly ordered: readonly WorkloadName[];
  readonly arrows: readonly Pair[];
  readonly hubs: readonly FoundHub[];
}

function drawn({ ordered, arrows, hubs }: Found): Picture {
  const hubAt = (side: FoundHub['side'], name: WorkloadName) =>
    hubs.find(hub => hub.side === side && placeOf(hub) === placeOf(name));
  const badges = new Map<string, string[]>();
  const badge = (name: WorkloadName, text: string) =>
    badges.set(placeOf(name), [...(badges.get(placeOf(name)) ?? []), text]);
  const left = arrows.filter(({ from, to }) => {
    const [called, calling] = [hubAt('to', to), hubAt('from', from)];
    if (called !== undefined) badge(from, `→${called.badge}`);
    else if (calling !== undefined) badge(to, `←${calling.badge}`);
    return called === undefined && calling === undefined;
  });
  const nodes = new Map(
    ordered.map((service, index): [string, PictureNode] => [
      placeOf(service),
      { ...service, id: `s${index}`, badges: badges.get(placeOf(service)) ?? [] },
    ]),
  );
  const nodeOf = (name: WorkloadName) => nodes.get(placeOf(name)) ?? { ...name, id: '', badges: [] };
  const isDrawn = (node: PictureNode) => hubs.every(hub => placeOf(hub) !== placeOf(node)) || hasArrows(left, node);
  return {
    namespaces: [...Map.groupBy([...nodes.values()].filter(isDrawn), ({ namespace }) => namespace)].map(
      ([name, members]) => ({ name, services: members }),
    ),
    arrows: left.map(({ from, to, types }) => ({ from: nodeOf(from), to: nodeOf(to), types: [...types].toSorted() })),
    hubs: hubs.map(({ name, namespace, badge: text, about }) => ({ name, namespace, badge: text, about })),
  };
}

function hasArrows(arrows: readonly Pair[], { name, namespace }: WorkloadName): boolean {
  const place = placeOf({ name, namespace });
  return arrows.some(({ from, to }) => placeOf(from) === place || placeOf(to) === place);
}
