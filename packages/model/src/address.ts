/** IPv4 in dotted form, without leading zeros in its parts (RFC 6943 section 3.1.1 on why those are no addresses). */
const dotted = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * An address in the one form in which addresses are compared: IPv4 dotted, IPv6 as RFC 5952 writes it (lower case, the
 * longest run of zeros as `::`, no dotted part), an IPv4 address that is mapped into IPv6 as IPv4, without a zone.
 * Undefined for a text that is no address.
 */
export function normalAddress(text: string): string | undefined {
  if (dotted.test(text)) return text;
  const percent = text.indexOf('%');
  const groups = parseIpv6(percent < 0 ? text : text.slice(0, percent));
  if (groups === undefined) return undefined;
  if (isMappedIpv4(groups)) {
    const [high = 0, low = 0] = groups.slice(6);
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return formatIpv6(groups);
}

/** The eight groups of an IPv6 address (RFC 4291 section 2.2); undefined for a text that is none. */
export function parseIpv6(text: string): readonly number[] | undefined {
  if (text.length > 45 || !/^[0-9a-f:.]+$/i.test(text)) return undefined;
  const whole = replaceDotted(text);
  if (whole === undefined) return undefined;
  const [head = '', tail, ...rest] = whole.split('::');
  if (rest.length > 0) return undefined;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right];
  if (groups.some(group => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map(group => parseInt(group, 16));
}

/** `::ffff:10.0.0.1` as `::ffff:a00:1`; undefined where the dotted part is no IPv4 address. */
function replaceDotted(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const colon = text.lastIndexOf(':');
  const ipv4 = text.slice(colon + 1);
  if (colon < 0 || !dotted.test(ipv4)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `${text.slice(0, colon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** `::ffff:0:0/96` (RFC 4291 section 2.5.5.2). */
function isMappedIpv4(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every(group => group === 0);
}

/** RFC 5952 section 4: the first of the longest runs of at least two zero groups is shortened. */
function formatIpv6(groups: readonly number[]): string {
  let [start, length] = [-1, 1];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
    if (to > from) from = to;
  }
  const texts = groups.map(group => group.toString(16));
  if (start < 0) return texts.join(':');
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`;
}

/** Whether an address says "no address": `0.0.0.0` and `::` (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.2). */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
