import { createAPI, Writer, type Reader } from '@platformatic/kafka';

/** Of what the broker says of a group, what is asked for here. */
export interface DescribedShareGroup {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly members: readonly DescribedShareMember[];
}

export interface DescribedShareMember {
  readonly clientId: string;
  readonly clientHost: string;
  readonly topics: readonly string[];
}

interface Response {
  readonly groups: readonly DescribedShareGroup[];
}

/**
 * ShareGroupDescribe, version 1, which brokers have since 4.1 (org.apache.kafka,
 * clients/src/main/resources/common/message/ShareGroupDescribe{Request,Response}.json); the library has it not.
 */
export const shareGroupDescribeV1 = createAPI<[groupIds: readonly string[]], Response>(
  77,
  1,
  (groupIds: readonly string[]) =>
    Writer.create()
      .appendArray([...groupIds], (writer, id) => writer.appendString(id), true, false)
      .appendBoolean(false)
      .appendTaggedFields(),
  (...[, , , reader]) => {
    reader.readInt32();
    const groups = reader.readArray(readGroup, true, false);
    reader.readTaggedFields();
    return { groups };
  },
);

function readGroup(reader: Reader): DescribedShareGroup {
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString();
  const groupId = reader.readString();
  // State, epochs and assignor.
  reader.readString();
  reader.readInt32();
  reader.readInt32();
  reader.readString();
  const members = reader.readArray(readMember, true, false);
  reader.readInt32();
  reader.readTaggedFields();
  return { errorCode, errorMessage, groupId, members };
}

function readMember(reader: Reader): DescribedShareMember {
  // Its id, rack and epoch.
  reader.readString();
  reader.readNullableString();
  reader.readInt32();
  const clientId = reader.readString();
  const clientHost = reader.readString();
  reader.readArray(each => each.readString(), true, false);
  const topics = reader.readArray(
    each => {
      each.readUUID();
      const name = each.readString();
      each.readArray(partition => partition.readInt32(), true, false);
      each.readTaggedFields();
      return name;
    },
    true,
    false,
  );
  reader.readTaggedFields();
  reader.readTaggedFields();
  return { clientId, clientHost, topics };
}
