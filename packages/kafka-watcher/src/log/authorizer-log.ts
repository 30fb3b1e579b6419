import { normalAddress } from '@network-mapper/model';

/** An access to a topic, as a broker's authorizer wrote it down. */
export interface TopicAccess {
  /** The client's address in normal form. */
  readonly host: string;
  readonly topic: string;
  /** In the spelling that every mapper knows. */
  readonly operation: string;
  readonly denied: boolean;
}

/** Why a line is no access to a topic. */
export type IgnoredLine =
  /** Another line of the log. */
  | 'other-line'
  /** Whether it would be allowed was looked at, for nothing: the authorizer writes that at level TRACE. */
  | 'trace'
  /** A group, a transaction, the cluster; or a pattern of topics. */
  | 'other-resource'
  | 'unknown-operation'
  | 'no-address'
  | 'too-long';

export type ParsedLine =
  | { readonly kind: 'access'; readonly access: TopicAccess }
  | { readonly kind: 'ignored'; readonly reason: IgnoredLine };

/** Longer lines are no authorizer's: names of principals and topics are bounded. In characters. */
const longestLine = 16_384;

const clause = 'Principal = ';

/**
 * The message of `kafka.authorizer.logger`, alike in all authorizers since Kafka 0.10: `AclAuthorizer` and its
 * predecessors write `Operation = Read` (kafka/security/authorizer/AclAuthorizer.scala), `StandardAuthorizer` since 3.3
 * writes `operation = READ` and the rule at the end, which is not looked at
 * (org/apache/kafka/metadata/authorizer/StandardAuthorizerData.java). The name is matched as far as it goes: a
 * principal whose name looks like a message forges none, since the last clause counts.
 */
const message =
  /^\w+:.* is (Allowed|Denied) [Oo]peration = ([A-Za-z_]+) from host = (\S+)(?: via listener \S+)? on resource = (\w+):(?:LITERAL:)?(\S+)(?=\s|$)/;

/** A topic's name (org.apache.kafka.common.internals.Topic). */
const topicName = /^[A-Za-z0-9._-]{1,249}$/;

/** Operations on topics, without letter case and `_`, in the spelling of the original's mapper. */
const operations: ReadonlyMap<string, string> = new Map(
  [
    'Read',
    'Write',
    'Create',
    'Delete',
    'Alter',
    'Describe',
    'ClusterAction',
    'DescribeConfigs',
    'AlterConfigs',
    'IdempotentWrite',
  ].map(name => [name.toLowerCase(), name]),
);

/** Reads one line of a broker's log, in whichever layout: only the message counts, and the level before it. */
export function parseAuthorizerLine(line: string): ParsedLine {
  const start = line.indexOf(clause);
  if (start < 0) return ignored('other-line');
  if (line.length > longestLine) return ignored('too-long');
  if (/\bTRACE\b/.test(line.slice(0, start))) return ignored('trace');
  const [, verdict, operationText = '', hostText = '', resource, topic = ''] =
    message.exec(line.slice(start + clause.length)) ?? [];
  if (verdict === undefined) return ignored('other-line');
  if (resource !== 'Topic' || !topicName.test(topic)) return ignored('other-resource');
  const operation = operations.get(operationText.replaceAll('_', '').toLowerCase());
  if (operation === undefined) return ignored('unknown-operation');
  const host = normalAddress(hostText);
  if (host === undefined) return ignored('no-address');
  return { kind: 'access', access: { host, topic, operation, denied: verdict === 'Denied' } };
}

function ignored(reason: IgnoredLine): ParsedLine {
  return { kind: 'ignored', reason };
}
