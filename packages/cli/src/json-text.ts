/**
 * A value as indented JSON that a terminal shows as it is: characters that `printable` would escape are written as
 * JSON's own escapes, so that the text stays JSON.
 */
export function jsonText(value: unknown): string {
  return jsonLine(value, 2);
}

/** The same in one line. */
export function jsonLine(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
