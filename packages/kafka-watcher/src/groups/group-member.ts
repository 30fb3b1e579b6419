/** Somebody who reads topics as a member of a group of consumers. */
export interface GroupMember {
  readonly group: string;
  /** In normal form. */
  readonly host: string;
  /** Those that are assigned to it. */
  readonly topics: readonly string[];
}

/** Why a group, or one of its members, says nothing. */
export type SkippedGroup =
  /** The right to describe groups or the cluster is missing. */
  | 'group-not-authorized'
  /** Of a type that the broker does not describe, or that is not known here. */
  | 'unknown-group-type'
  /** The members are not consumers: workers of Kafka Connect, Schema Registry. */
  | 'other-protocol'
  | 'no-address'
  /** Its coordinator moves, or is loading. */
  | 'group-unavailable';

export interface ReadGroups {
  readonly members: readonly GroupMember[];
  readonly skipped: readonly SkippedGroup[];
}
