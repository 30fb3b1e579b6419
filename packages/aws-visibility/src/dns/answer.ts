import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE, type Packet } from 'dns-packet';

/** Where a name of AWS leads. */
export interface ProxyAddresses {
  readonly v4: string | undefined;
  readonly v6: string | undefined;
}

/** Seconds that our answers may be believed: the proxy may go at any time. */
export const ttl = 5;

/** What a query asks, as far as it decides who answers. */
export interface Question {
  /** In lower case, without a dot at its end. */
  readonly name: string;
  /** As the query writes it: some resolvers mix cases to know answers by them. */
  readonly packet: Packet;
}

/** Undefined for what is no query with one question. */
export function readQuestion(query: Buffer): Question | undefined {
  let packet: Packet;
  try {
    packet = decode(query);
  } catch {
    // The library throws errors of all kinds on messages that are cut or odd; a forwarder leaves those to the server.
    return undefined;
  }
  const [question, ...others] = packet.questions ?? [];
  if (packet.type !== 'query' || question === undefined || others.length > 0) return undefined;
  return { name: question.name.toLowerCase().replace(/\.$/, ''), packet };
}

/**
 * The address of the proxy for A and AAAA. For all other types the name exists and has nothing: above all no HTTPS
 * record (RFC 9460), whose hints of addresses would lead around the proxy.
 */
export function answerWithProxy({ packet }: Question, { v4, v6 }: ProxyAddresses): Buffer {
  const [question] = packet.questions ?? [];
  const name = question?.name ?? '';
  const address = question?.type === 'A' ? v4 : question?.type === 'AAAA' ? v6 : undefined;
  const type = question?.type === 'AAAA' ? 'AAAA' : 'A';
  const opt = packet.additionals?.find(record => record.type === 'OPT');
  return encode({
    type: 'response',
    id: packet.id ?? 0,
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((packet.flags ?? 0) & recursionDesired),
    questions: packet.questions ?? [],
    answers: address === undefined ? [] : [{ type, name, ttl, data: address }],
    additionals:
      opt === undefined
        ? []
        : [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: 1232,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ],
  });
}

const recursionDesired = 0x100;
const headerLength = 12;

/** SERVFAIL for a query that could not be forwarded, made of its own bytes. */
export function serverFailure(query: Buffer): Buffer {
  const answer = Buffer.from(query.subarray(0, Math.max(headerLength, query.length)));
  answer.writeUInt16BE((answer.readUInt16BE(2) & 0x7900) | 0x8082, 2);
  return answer;
}

/** Makes the lives of all records in an answer so short (RFC 1035 §4.1); what cannot be read stays as it is. */
export function shortenLives(answer: Buffer, most: number): Buffer {
  const shortened = Buffer.from(answer);
  const [questions, ...sections] = [4, 6, 8, 10].map(offset => answer.readUInt16BE(offset));
  let at: number | undefined = headerLength;
  for (let left = questions ?? 0; left > 0; left--) {
    at = afterName(answer, at);
    if (at === undefined) return answer;
    at += 4;
  }
  for (let left = sections.reduce((sum, count) => sum + count, 0); left > 0; left--) {
    at = afterName(answer, at);
    if (at === undefined || at + 10 > answer.length) return answer;
    // The TTL of OPT is no time.
    if (answer.readUInt16BE(at) !== optType)
      shortened.writeUInt32BE(Math.min(most, answer.readUInt32BE(at + 4)), at + 4);
    at += 10 + answer.readUInt16BE(at + 8);
  }
  return shortened;
}

const optType = 41;

function afterName(message: Buffer, start: number): number | undefined {
  for (let at = start; ;) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
}
