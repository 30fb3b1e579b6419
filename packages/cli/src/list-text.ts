import { serverOf, type ObservedIntents } from './observed-intents.ts';

/**
 * Lines for each client. With `short`, a server's namespace is shown only where it differs from its client's; otherwise
 * the text is that of the Otterize CLI.
 */
export function listText(
  objects: readonly ObservedIntents[],
  { short }: { readonly short: boolean },
): readonly string[] {
  return objects.flatMap(object => linesOf(object, short));
}

function linesOf({ name, namespace, targets }: ObservedIntents, short: boolean): readonly string[] {
  const lines = [`${name} in namespace ${namespace} calls:`];
  for (const target of targets) {
    const server = serverOf(target, namespace);
    const place = short && server.namespace === namespace ? '' : ` in namespace ${server.namespace}`;
    lines.push(`  - ${server.name}${place}`);
    for (const topic of target.topics) {
      lines.push(`    - Kafka topic: ${topic.name}, operations: [${topic.operations.join(' ')}]`);
    }
    for (const { path, methods } of target.http) lines.push(`    - path ${path}, methods: [${methods.join(',')}]`);
  }
  return lines;
}
