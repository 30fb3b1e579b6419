/**
 * Topics in what a member of a classic group was assigned (org.apache.kafka,
 * clients/src/main/resources/common/message/ConsumerProtocolAssignment.json): the members agree on it, and the broker
 * does not look at it. Undefined where it is something else, as of Kafka Connect.
 */
export function topicsOfAssignment(bytes: Buffer): readonly string[] | undefined {
  // A member that joins has none yet.
  if (bytes.length === 0) return [];
  try {
    const topics: string[] = [];
    let at = 2;
    const count = bytes.readInt32BE(at);
    at += 4;
    for (let index = 0; index < count; index++) {
      const length = bytes.readInt16BE(at);
      const name = bytes.subarray(at + 2, at + 2 + length).toString('utf8');
      if (!/^[A-Za-z0-9._-]{1,249}$/.test(name)) return undefined;
      topics.push(name);
      at += 2 + length;
      at += 4 + 4 * bytes.readInt32BE(at);
    }
    return topics;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
