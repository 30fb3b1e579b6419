import { serverOf, type ObservedIntents, type Target } from './observed-intents.ts';

interface ListOptions {
  /** A server's namespace is shown only where it differs from its client's. */
  readonly short: boolean;
  /**
   * They are of a snapshot: what is in no namespace there is an address or a name outside (`sniff`), and dots part
   * nothing of it.
   */
  readonly ofSnapshot: boolean;
}

/** Lines for each client; neither short nor of a snapshot, the text is that of the Otterize CLI. */
export function listText(objects: readonly ObservedIntents[], options: ListOptions): readonly string[] {
  return objects.flatMap(object => linesOf(object, options));
}

function linesOf({ name, namespace, targets }: ObservedIntents, { short, ofSnapshot }: ListOptions): readonly string[] {
  const placed = (place: string) => (ofSnapshot && place === '' ? '' : ` in namespace ${place}`);
  const named = (target: Target) =>
    ofSnapshot && target.server.namespace === '' ? target.server : serverOf(target, namespace);
  const lines = [`${name}${placed(namespace)} calls:`];
  for (const target of targets) {
    const server = named(target);
    lines.push(`  - ${server.name}${short && server.namespace === namespace ? '' : placed(server.namespace)}`);
    for (const topic of target.topics) {
      lines.push(`    - Kafka topic: ${topic.name}, operations: [${topic.operations.join(' ')}]`);
    }
    for (const { path, methods } of target.http) lines.push(`    - path ${path}, methods: [${methods.join(',')}]`);
  }
  return lines;
}
