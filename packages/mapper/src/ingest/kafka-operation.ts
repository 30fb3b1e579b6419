import type { KafkaOperation } from '@network-mapper/api';

/** Kafka's own names of operations, without letter case and `_`. */
const operations: ReadonlyMap<string, KafkaOperation> = new Map([
  ['all', 'ALL'],
  ['read', 'CONSUME'],
  ['write', 'PRODUCE'],
  ['create', 'CREATE'],
  ['delete', 'DELETE'],
  ['alter', 'ALTER'],
  ['describe', 'DESCRIBE'],
  ['clusteraction', 'CLUSTER_ACTION'],
  ['describeconfigs', 'DESCRIBE_CONFIGS'],
  ['alterconfigs', 'ALTER_CONFIGS'],
  ['idempotentwrite', 'IDEMPOTENT_WRITE'],
]);

/** What a broker calls an operation in the words of the API; undefined for one that the API does not know. */
export function toKafkaOperation(text: string): KafkaOperation | undefined {
  return operations.get(text.toLowerCase().replaceAll('_', ''));
}
