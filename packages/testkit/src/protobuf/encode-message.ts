import type { MemberType, MessageType } from './message-types.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/**
 * Members whose numbers are not known here are written in a field that Kubernetes has not, so that a message is as long
 * as a real one.
 */
const unknownMember = 2_000;

/** An object, given as its JSON is, in protocol buffers. */
export function encodeMessage(object: Readonly<Record<string, unknown>>, type: MessageType): Buffer {
  const writer = new ProtobufWriter();
  for (const [name, member] of Object.entries(type)) {
    const value = object[name];
    if (member.repeated === true) {
      for (const item of Array.isArray(value) ? (value as readonly unknown[]) : []) writeValue(writer, item, member);
    } else writeMember(writer, value, member);
  }
  for (const [name, value] of Object.entries(object)) {
    if (name in type || value === undefined || value === null) continue;
    writer.text(unknownMember, JSON.stringify({ [name]: value }));
  }
  return writer.finish();
}

function writeMember(writer: ProtobufWriter, value: unknown, member: MemberType): void {
  if (value !== undefined && value !== null) writeValue(writer, value, member);
  else if (member.optional === true) return;
  else if (member.type === 'text') writer.text(member.number, '');
  else if (member.type === 'integer' || member.type === 'boolean') writer.integer(member.number, 0);
}

function writeValue(writer: ProtobufWriter, value: unknown, { number, type }: MemberType): void {
  if (type === 'text') writer.text(number, String(value));
  else if (type === 'integer' || type === 'boolean') writer.integer(number, Number(value));
  else if (type === 'map' || type === 'quantities') {
    for (const [key, item] of Object.entries(value as object)) {
      const text = String(item);
      writer.bytes(number, entry(key, type === 'map' ? Buffer.from(text) : alone(text)));
    }
  } else writer.bytes(number, encodeNested(value, type));
}

function encodeNested(value: unknown, type: 'time' | 'json' | 'int-or-string' | MessageType): Buffer {
  if (type === 'time') return encodeTime(String(value));
  if (type === 'json') return alone(JSON.stringify(value));
  if (type === 'int-or-string') return encodeIntOrString(value);
  return encodeMessage(value as Readonly<Record<string, unknown>>, type);
}

/** `seconds` = 1 and `nanos` = 2 of a moment in RFC 3339. */
function encodeTime(moment: string): Buffer {
  const writer = new ProtobufWriter();
  writer.integer(1, Math.floor(Date.parse(moment) / 1000));
  writer.integer(2, 0);
  return writer.finish();
}

/** `type` = 1, `intVal` = 2 and `strVal` = 3. */
function encodeIntOrString(value: unknown): Buffer {
  const writer = new ProtobufWriter();
  writer.integer(1, typeof value === 'number' ? 0 : 1);
  writer.integer(2, typeof value === 'number' ? value : 0);
  writer.text(3, typeof value === 'number' ? '' : String(value));
  return writer.finish();
}

/** An entry of a map: `key` = 1 and `value` = 2. */
function entry(key: string, value: Buffer): Buffer {
  const writer = new ProtobufWriter();
  writer.text(1, key);
  writer.bytes(2, value);
  return writer.finish();
}

/** A message with one field of number 1. */
function alone(value: string): Buffer {
  const writer = new ProtobufWriter();
  writer.text(1, value);
  return writer.finish();
}
