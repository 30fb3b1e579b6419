import { DecodeError } from './decode-error.ts';
import type { Field, FieldSelection } from './field-selection.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

/** Decodes messages of one kind as their JSON would have them, with the members that a selection names. */
export class MessageDecoder {
  /** At the place of its number each. */
  readonly #fields: readonly (DecodedField | undefined)[];

  constructor(selection: FieldSelection) {
    const fields: DecodedField[] = [];
    for (const [member, field] of Object.entries(selection)) {
      const nested = typeof field.type === 'string' ? undefined : new MessageDecoder(field.type);
      fields[field.number] = { member, field, nested };
    }
    this.#fields = fields;
  }

  /** The message that the reader is in, to its end. */
  decode(reader: ProtobufReader): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    while (reader.next()) {
      const decoded = this.#fields[reader.number];
      if (decoded === undefined) continue;
      const { member, field } = decoded;
      if (field.type === 'map') {
        object[member] = withEntry(object[member], reader);
        continue;
      }
      const content = decodeField(reader, decoded);
      if (content === undefined) continue;
      const before = object[member];
      if (field.repeated !== true) object[member] = content;
      else if (Array.isArray(before)) before.push(content);
      else object[member] = [content];
    }
    return object;
  }
}

interface DecodedField {
  readonly member: string;
  readonly field: Field;
  /** Of a field that is a message. */
  readonly nested: MessageDecoder | undefined;
}

/** Undefined for what JSON leaves out: Go writes the zero values of fields that are not pointers. */
function decodeField(reader: ProtobufReader, { field, nested }: DecodedField): unknown {
  const { type, optional, repeated } = field;
  const { value } = reader;
  if (value !== undefined) {
    if (value === 0 && optional !== true) return undefined;
    return type === 'boolean' ? value !== 0 : value;
  }
  if (type === 'text') return reader.isEmpty() && repeated !== true && optional !== true ? undefined : reader.text();
  const outer = reader.enter();
  const content = type === 'time' ? decodeTime(reader) : nested?.decode(reader);
  reader.leave(outer);
  return content;
}

/** Of the year 9999, the last that RFC 3339 can write. */
const lastSecond = 253_402_300_799;

/**
 * `seconds` = 1 and `nanos` = 2, as the API server writes it in JSON: to the second, in UTC. An empty one is no time.
 */
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
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.number === 1) key = reader.recurringText();
    else if (reader.number === 2) value = reader.recurringText();
  }
  reader.leave(outer);
  entries[key] = value;
  return entries;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
