import type { Field, MessageFields } from './message-fields.ts';

/** Protocol buffers that end too early or are none at all. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** A part of a buffer: from `start`, up to `end` exclusive. */
interface Span {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** One field of a message: a number for the wire types varint and fixed, a span for length-delimited ones. */
interface RawField {
  readonly number: number;
  readonly value: number | Span;
}

/** The fields of a message in their order, unread (protobuf.dev/programming-guides/encoding). */
export function* rawFields({ bytes, start, end }: Span): Generator<RawField> {
  let at = start;
  const varint = (): number => {
    let result = 0;
    // Up to ten bytes of seven bits. Beyond 2^53 a number loses its last digits: nothing that is read here is so large.
    for (let factor = 1; at < end; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      result += (byte & 127) * factor;
      if (byte < 128) return result;
    }
    throw new ProtobufError('a number ends too early');
  };
  const skip = (length: number): number => {
    const from = at;
    at += length;
    if (at > end) throw new ProtobufError('a field ends too early');
    return from;
  };
  while (at < end) {
    const key = varint();
    const number = Math.floor(key / 8);
    const wireType = key % 8;
    if (wireType === 0) yield { number, value: varint() };
    else if (wireType === 2) {
      const from = skip(varint());
      yield { number, value: { bytes, start: from, end: at } };
    } else if (wireType === 1) skip(8);
    else if (wireType === 5) skip(4);
    else throw new ProtobufError(`wire type ${wireType} is not used`);
  }
}

export function wholeOf(bytes: Buffer): Span {
  return { bytes, start: 0, end: bytes.length };
}

/** A text field's content; empty for a field of another type. */
export function textOf(value: number | Span): string {
  return typeof value === 'number' ? '' : value.bytes.toString('utf8', value.start, value.end);
}

/** An object as its JSON would have it, with the members that `fields` names. */
export function decodeMessage(span: Span, fields: MessageFields): Record<string, unknown> {
  const byNumber = numbered(fields);
  const object: Record<string, unknown> = {};
  for (const { number, value } of rawFields(span)) {
    const entry = byNumber.get(number);
    if (entry === undefined) continue;
    const { member, field } = entry;
    if (field.holds === 'map') putEntry(object, { member, value });
    else {
      const content = decodeField(value, field);
      if (content === undefined) continue;
      if (field.repeated === true) append(object, { member, content });
      else object[member] = content;
    }
  }
  return object;
}

interface Numbered {
  readonly member: string;
  readonly field: Field;
}

const numberedFields = new WeakMap<MessageFields, ReadonlyMap<number, Numbered>>();

function numbered(fields: MessageFields): ReadonlyMap<number, Numbered> {
  let known = numberedFields.get(fields);
  if (known === undefined) {
    known = new Map(Object.entries(fields).map(([member, field]) => [field.number, { member, field }]));
    numberedFields.set(fields, known);
  }
  return known;
}

/** Undefined for what JSON leaves out: Go writes the zero values of fields that are not pointers. */
function decodeField(value: number | Span, { holds, optional, repeated }: Field): unknown {
  if (typeof value === 'number') {
    if (value === 0 && optional !== true) return undefined;
    return holds === 'boolean' ? value !== 0 : value;
  }
  if (holds === 'text') return value.start === value.end && repeated !== true ? undefined : textOf(value);
  if (holds === 'time') return decodeTime(value);
  if (holds === 'integer-or-text') return decodeIntegerOrText(value);
  return typeof holds === 'string' ? undefined : decodeMessage(value, holds);
}

/** `seconds` = 1 and `nanos` = 2, as the API server writes it in JSON: to the second, in UTC. An empty one is no time. */
function decodeTime(span: Span): string | undefined {
  for (const { number, value } of rawFields(span)) {
    if (number === 1 && typeof value === 'number') return new Date(value * 1000).toISOString().replace('.000Z', 'Z');
  }
  return undefined;
}

/** `type` = 1 (0: integer, 1: text), `intVal` = 2, `strVal` = 3. */
function decodeIntegerOrText(span: Span): string | number {
  let isText = false;
  let integer = 0;
  let text = '';
  for (const { number, value } of rawFields(span)) {
    if (number === 1) isText = value === 1;
    else if (number === 2 && typeof value === 'number') integer = value;
    else if (number === 3) text = textOf(value);
  }
  return isText ? text : integer;
}

/** An entry of a map is a message of `key` = 1 and `value` = 2. */
function putEntry(
  object: Record<string, unknown>,
  { member, value }: { readonly member: string; readonly value: number | Span },
): void {
  if (typeof value === 'number') return;
  let key = '';
  let content = '';
  for (const entry of rawFields(value)) {
    if (entry.number === 1) key = textOf(entry.value);
    else if (entry.number === 2) content = textOf(entry.value);
  }
  const before = object[member];
  if (before instanceof Object) Object.assign(before, { [key]: content });
  else object[member] = { [key]: content };
}

function append(
  object: Record<string, unknown>,
  { member, content }: { readonly member: string; readonly content: unknown },
): void {
  const before = object[member];
  if (Array.isArray(before)) before.push(content);
  else object[member] = [content];
}
