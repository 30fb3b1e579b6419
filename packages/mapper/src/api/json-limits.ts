/** Deeper than any request of this API, which goes nine levels down. */
const maxDepth = 64;
/** Braces, brackets and commas: a report of 1 MiB has up to 61,000. */
const maxParts = 65_000;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
/** `[` and `{`, `]` and `}` differ in one bit: with it set they are the braces. */
const openBrace = 0x7b;
const closeBrace = 0x7d;
const braceBit = 0x20;

/**
 * What is wrong with the shape of a JSON text, looked at without building any of it: `[],[],[]` takes twenty times the
 * memory of its bytes once it is parsed. Undefined when it may be parsed.
 */
export function jsonExcess(bytes: Uint8Array): string | undefined {
  const { length } = bytes;
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      at++;
      while (at < length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
    } else if (byte === comma) parts++;
    else if ((byte | braceBit) === openBrace) {
      parts++;
      if (++depth > maxDepth) return `nested deeper than ${maxDepth} levels`;
    } else if ((byte | braceBit) === closeBrace) depth--;
  }
  return parts > maxParts ? `more than ${maxParts} braces, brackets and commas` : undefined;
}
