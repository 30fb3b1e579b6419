import { placeOf, sortedBy, type MapCall } from '../network-map.ts';

/** What is drawn of a map: its services by namespace, and an arrow for each pair that calls. */
export interface Picture {
  readonly namespaces: readonly { readonly name: string; readonly services: readonly PictureNode[] }[];
  readonly arrows: readonly { readonly from: PictureNode; readonly to: PictureNode }[];
}

export interface PictureNode {
  /** The same for the same map. */
  readonly id: string;
  readonly name: string;
}

export function pictureOf(calls: readonly MapCall[]): Picture {
  const services = new Map(calls.flatMap(({ client, server }) => [client, server]).map(each => [placeOf(each), each]));
  const ordered = sortedBy([...services.values()], placeOf);
  const nodes = new Map(ordered.map((each, index) => [placeOf(each), { id: `s${index}`, name: each.name }]));
  const nodeOf = (service: MapCall['client']) => nodes.get(placeOf(service)) ?? { id: '', name: service.name };
  const pairs = new Map(
    calls.map(call => [
      `${placeOf(call.client)} ${placeOf(call.server)}`,
      { client: call.client, server: call.server },
    ]),
  );
  return {
    namespaces: [...Map.groupBy(ordered, ({ namespace }) => namespace)].map(([name, members]) => ({
      name,
      services: members.map(nodeOf),
    })),
    arrows: sortedBy([...pairs], ([key]) => key).map(([, { client, server }]) => ({
      from: nodeOf(client),
      to: nodeOf(server),
    })),
  };
}
