import { AUTHORITATIVE_ANSWER, RECURSION_DESIRED, type Answer, type Packet } from 'dns-packet';

/** Full names in lower case, without the last dot, and their addresses. */
export type Zone = Readonly<Record<string, string>>;

const nxdomain = 3;
const ttlSeconds = 5;

/**
 * What the cluster's DNS server answers: addresses of the names it knows, nothing for other types of them, and NXDOMAIN
 * for all else, also outside of the cluster's domain, since it forwards nothing. RFC 1035 sections 4.1.1 and 7.3, RFC
 * 2308 section 2.
 */
export function answerQuery({ id = 0, flags = 0, questions = [] }: Packet, zone: Zone): Packet {
  const known = questions.filter(({ name }) => Object.hasOwn(zone, name.toLowerCase()));
  const answers = known.flatMap(({ name, type }): Answer[] => {
    const address = zone[name.toLowerCase()];
    const family = address?.includes(':') === true ? 'AAAA' : 'A';
    return address === undefined || type !== family ? [] : [{ type: family, name, ttl: ttlSeconds, data: address }];
  });
  const code = known.length > 0 ? 0 : nxdomain;
  return { type: 'response', id, flags: AUTHORITATIVE_ANSWER | (flags & RECURSION_DESIRED) | code, questions, answers };
}
