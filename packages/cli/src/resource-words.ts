import type { MapPath, MapTopic } from './network-map.ts';

/** `orders [group billing]: PRODUCE, CONSUME (assigned)`: what nobody saw or the broker refused is marked. */
export function topicWords({ name, operations, deniedOperations, assignedOperations, groups }: MapTopic): string {
  const marked = operations.map(operation => {
    if (deniedOperations.includes(operation)) return `${operation} (denied)`;
    return assignedOperations.includes(operation) ? `${operation} (assigned)` : operation;
  });
  const of = groups.length === 0 ? '' : ` [${groups.length === 1 ? 'group' : 'groups'} ${groups.join(', ')}]`;
  return `${name}${of}: ${marked.join(', ')}`;
}

/** `GET, POST /cart (gRPC, 200, 404)`: with the response codes that were seen. */
export function pathWords({ path, methods, grpc, responseCodes }: MapPath): string {
  const more = [...(grpc ? ['gRPC'] : []), ...responseCodes];
  return `${methods.join(', ')} ${path}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
}
