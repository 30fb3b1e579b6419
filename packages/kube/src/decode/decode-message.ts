import { DecodeError } from './decode-error.ts';
import type { Field, FieldSelection } from './field-selection.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

/** Decodes messages of one kind as their JSON would have them, with the members that a selection names. */
export class MessageDecoder {
  /** At the place of its number each. */
  readonly #fields: readonly (DecodedField | undefined)[];

  constructor(selection: FieldSelection) {
    const fields: DecodedField[] = [];
    for (const [member, { number, type, repeated = false, optional = false }] of Object.entries(selection)) {
      const nested = typeof type === 'string' ? undefined : new MessageDecoder(type);
      fields[number] = { member, type, repeated, optional, nested };
    }
    this.#fields = fields;
  }

  /** The message that the reader is in, to its end. */
  decode(reader: ProtobufReader): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    while (reader.next()) {
      const decoded = this.#fields[reader.number];
      if (decoded === undefined) continue;
      const { member } = decoded;
      if (decoded.type === 'map') {
        object[member] = withEntry(object[member], reader);
        continue;
      }
      const content = this.#decodeField(reader, decoded);
      if (content === undefined) continue;
      const before = object[member];
      if (!decoded.repeated) object[member] = content;
      else if (Array.isArray(before)) before.push(content);
      else object[member] = [content];
    }
    return object;
  }

  /** Undefined for what JSON leaves out: Go writes the zero values of fields that are not pointers. */
  #decodeField(reader: ProtobufReader, { type, repeated, optional, nested }: DecodedField): unknown {
    const { value } = reader;
    if (value !== undefined) {
      if (value === 0 && !optional) return undefined;
      return type === 'boolean' ? value !== 0 : value;
    }
    if (type === 'text' || type === 'recurring') {
      if (reader.isEmpty() && !repeated && !optional) return undefined;
      return type === 'text' ? reader.text() : reader.recurringText();
    }
    const outer = reader.enter();
    const content = type === 'time' ? decodeTime(reader) : nested?.decode(reader);
    reader.leave(outer);
    return content;
  }
}

/** A `Field` with all that may be left out: the same shape for all, which makes reading them fast. */
interface DecodedField {
  readonly member: string;
  readonly type: Field['type'];
  readonly repeated: boolean;
  readonly optional: boolean;
  /** Of a field that is a message. */
  readonly nested: MessageDecoder | undefined;
}

/** Of the year 9999, the last that RFC 3339 can write. */
const lastSecond = 253_402_300_799;

/** Milliseconds since the epoch of `seconds` = 1. Nanoseconds are left out: the API server never sets them. */
function decodeTime(reader: ProtobufReader): number | undefined {
  while (reader.next()) {
    const { number, value } = reader;
    if (number !== 1 || value === undefined) continue;
    if (value > lastSecond) throw new DecodeError('a time is beyond all dates');
    return value * 1000;
  }
  return undefined;
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
