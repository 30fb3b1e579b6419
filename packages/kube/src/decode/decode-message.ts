import { DecodeError } from './decode-error.ts';
import type { Field, MessageFields } from './message-fields.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

/** A message as its JSON would have it, with the members that `fields` names. */
export function decodeMessage(reader: ProtobufReader, fields: MessageFields): Record<string, unknown> {
  const byNumber = numbered(fields);
  const object: Record<string, unknown> = {};
  while (reader.next()) {
    const entry = byNumber[reader.number];
    if (entry === undefined) continue;
    const { member, field } = entry;
    if (field.holds === 'map') {
      object[member] = withEntry(object[member], reader.message());
      continue;
    }
    const content = decodeField(reader, field);
    if (content === undefined) continue;
    const before = object[member];
    if (field.repeated !== true) object[member] = content;
    else if (Array.isArray(before)) before.push(content);
    else object[member] = [content];
  }
  return object;
}

interface Numbered {
  readonly member: string;
  readonly field: Field;
}

const numberedFields = new WeakMap<MessageFields, readonly (Numbered | undefined)[]>();

function numbered(fields: MessageFields): readonly (Numbered | undefined)[] {
  const known = numberedFields.get(fields);
  if (known !== undefined) return known;
  const byNumber: (Numbered | undefined)[] = [];
  for (const [member, field] of Object.entries(fields)) byNumber[field.number] = { member, field };
  numberedFields.set(fields, byNumber);
  return byNumber;
}

/** Undefined for what JSON leaves out: Go writes the zero values of fields that are not pointers. */
function decodeField(reader: ProtobufReader, { holds, optional, repeated }: Field): unknown {
  const { value } = reader;
  if (value !== undefined) {
    if (value === 0 && optional !== true) return undefined;
    return holds === 'boolean' ? value !== 0 : value;
  }
  if (holds === 'text') return reader.isEmpty() && repeated !== true && optional !== true ? undefined : reader.text();
  if (holds === 'time') return decodeTime(reader.message());
  return typeof holds === 'string' ? undefined : decodeMessage(reader.message(), holds);
}

/** Of the year 9999, the last that RFC 3339 can write. */
const lastSecond = 253_402_300_799;

/** `seconds` = 1 and `nanos` = 2, as the API server writes it in JSON: to the second, in UTC. An empty one is no time. */
function decodeTime(reader: ProtobufReader): string | undefined {
  while (reader.next()) {
    const { number, value } = reader;
    if (number === 1 && value !== undefined) return formatSecond(value);
  }
  return undefined;
}

/** The day that was written last: the times of objects that are made together differ by seconds. */
let lastDay = { start: 0, date: '1970-01-01' };

function formatSecond(second: number): string {
  if (second > lastSecond) throw new DecodeError('a time is beyond all dates');
  const ofDay = second % 86_400;
  const start = second - ofDay;
  if (start !== lastDay.start) lastDay = { start, date: new Date(start * 1000).toISOString().slice(0, 10) };
  const two = (number: number): string => (number < 10 ? `0${number}` : String(number));
  return `${lastDay.date}T${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}Z`;
}

/** The map, or a new one, with one entry more, which is a message of `key` = 1 and `value` = 2. */
function withEntry(map: unknown, reader: ProtobufReader): object {
  const entries = isMap(map) ? map : {};
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.number === 1) key = reader.text();
    else if (reader.number === 2) value = reader.text();
  }
  entries[key] = value;
  return entries;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
