import {
  consumerGroupDescribeV0,
  describeGroupsV5,
  listGroupsV4,
  listGroupsV5,
  ResponseError,
  type Connection,
} from '@platformatic/kafka';
import { normalAddress } from '@network-mapper/model';
import type { BrokerApis } from './broker-apis.ts';
import { topicsOfAssignment } from './classic-assignment.ts';
import type { GroupMember, ReadGroups, SkippedGroup } from './group-member.ts';
import { shareGroupDescribeV1 } from './share-group-describe.ts';

/** Groups that one question is about. */
const batch = 100;
/** org.apache.kafka.common.protocol.Errors: GROUP_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED. */
const notAuthorized = new Set([30, 31]);

interface Member {
  readonly clientHost: string;
  /** Undefined where they are no consumers. */
  readonly topics: readonly string[] | undefined;
}

interface Group {
  readonly errorCode: number;
  readonly groupId: string;
  readonly members: readonly Member[];
}

/** The members of all groups that a broker coordinates, with the topics that are assigned to them. */
export async function readGroups(connection: Connection, apis: BrokerApis): Promise<ReadGroups> {
  const skipped: SkippedGroup[] = [];
  const members: GroupMember[] = [];
  const groups: Group[] = [];
  for (const [type, ids] of await listGroups(connection, apis)) {
    const describe = describers[type];
    if (describe === undefined || !apis.has(describe.api)) {
      skipped.push(...ids.map(() => 'unknown-group-type' as const));
      continue;
    }
    for (let at = 0; at < ids.length; at += batch)
      groups.push(...(await evenIfRefused(describe.ask(connection, ids.slice(at, at + batch)))));
  }
  for (const { errorCode, groupId, members: all } of groups) {
    if (errorCode !== 0) skipped.push(notAuthorized.has(errorCode) ? 'group-not-authorized' : 'group-unavailable');
    for (const { clientHost, topics } of all) {
      // Java writes an address with a slash before it (java.net.InetAddress).
      const host = normalAddress(clientHost.replace(/^.*\//, ''));
      if (topics === undefined) skipped.push('other-protocol');
      else if (host === undefined) skipped.push('no-address');
      else if (topics.length > 0) members.push({ group: groupId, host, topics: [...new Set(topics)] });
    }
  }
  return { members, skipped };
}

/**
 * Names of groups by their type, which has to be known before they are asked for: a classic description of another
 * group says that it is dead, and no more.
 */
async function listGroups(connection: Connection, apis: BrokerApis): Promise<ReadonlyMap<string, readonly string[]>> {
  const byType = new Map<string, string[]>();
  const knowsTypes = apis.has({ key: 16, version: 5 });
  const { groups } = knowsTypes
    ? await listGroupsV5.api.async(connection, [], [])
    : await listGroupsV4.api.async(connection, [], []);
  for (const group of groups) {
    const type = 'groupType' in group ? group.groupType.toLowerCase() : 'classic';
    const known = byType.get(type) ?? [];
    byType.set(type, known);
    known.push(group.groupId);
  }
  return byType;
}

interface Describer {
  readonly api: { readonly key: number; readonly version: number };
  readonly ask: (connection: Connection, ids: string[]) => Promise<readonly Group[]>;
}

const describers: Readonly<Record<string, Describer>> = {
  classic: {
    api: { key: 15, version: 5 },
    ask: async (connection, ids) => {
      const { groups } = await describeGroupsV5.api.async(connection, ids, false);
      return groups.map(({ protocolType, members, ...group }) => ({
        ...group,
        members: members.map(({ clientHost, memberAssignment }) => ({
          clientHost,
          topics: protocolType === 'consumer' ? topicsOfAssignment(memberAssignment) : undefined,
        })),
      }));
    },
  },
  consumer: {
    api: { key: 69, version: 0 },
    ask: async (connection, ids) => {
      const { groups } = await consumerGroupDescribeV0.api.async(connection, ids, false);
      return groups.map(({ members, ...group }) => ({
        ...group,
        members: members.map(({ clientHost, assignment }) => ({
          clientHost,
          topics: assignment.topicPartitions.map(({ topicName }) => topicName),
        })),
      }));
    },
  },
  share: {
    api: { key: 77, version: 1 },
    ask: async (connection, ids) => (await shareGroupDescribeV1.async(connection, ids)).groups,
  },
};

/** An answer in which a group is refused is an error to the library, with the answer in it. */
async function evenIfRefused(asked: Promise<readonly Group[]>): Promise<readonly Group[]> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ResponseError) return refusedGroups(error);
    throw error;
  }
}

function refusedGroups(error: ResponseError): readonly Group[] {
  const { response } = error as { readonly response?: unknown };
  if (typeof response !== 'object' || response === null || !('groups' in response)) throw error;
  return (response.groups as readonly { readonly groupId: string; readonly errorCode: number }[]).map(group => ({
    ...group,
    members: [],
  }));
}
