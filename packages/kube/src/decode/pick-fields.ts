import { isRecord } from '../kube-object.ts';
import type { Field, FieldSelection } from './field-selection.ts';

/**
 * The members of a JSON object that `fields` names: the same as a server sends in protocol buffers, decoded with these
 * fields.
 */
export function pickFields(object: Readonly<Record<string, unknown>>, fields: FieldSelection): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const member in fields) {
    const field = fields[member];
    const value = object[member];
    if (field !== undefined && value !== undefined && value !== null) picked[member] = pick(value, field);
  }
  return picked;
}

/** Milliseconds since the epoch of a time in RFC 3339; undefined for other text. */
function toTime(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function pick(value: unknown, { type }: Field): unknown {
  if (type === 'time') return typeof value === 'string' ? toTime(value) : undefined;
  if (typeof type === 'string') return value;
  if (Array.isArray(value)) return value.filter(isRecord).map(item => pickFields(item, type));
  return isRecord(value) ? pickFields(value, type) : undefined;
}
