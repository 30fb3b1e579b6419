import type { Edge } from '@network-mapper/model';

/** An edge as JSON: what history and exporters write, and read again. */
export type EdgeRow = Readonly<Record<string, unknown>>;

/** Sets and maps, which JSON does not have, stand as objects with this one member. */
const setMember = '$set';
const mapMember = '$map';

export function toRow(edge: Edge): EdgeRow {
  return Object.fromEntries(
    Object.entries(edge)
      .filter(([, value]) => value !== undefined)
      .map(([member, value]) => [member, toJson(value)]),
  );
}

/** The edge of a row that `toRow` made. */
export function fromRow(row: EdgeRow): Edge {
  const members = Object.entries(row).map(([member, value]) => [member, fromJson(value)]);
  return { ...absent(row.kind), ...(Object.fromEntries(members) as Edge) };
}

/** Members that JSON leaves out. */
function absent(kind: unknown): object {
  if (kind === 'intent')
    return {
      endpoints: undefined,
      topics: undefined,
      deniedTopics: undefined,
      topicGroups: undefined,
      resources: undefined,
      responses: undefined,
    };
  return kind === 'incoming' ? { endpoints: undefined } : {};
}

function toJson(value: unknown): unknown {
  if (value instanceof Set) return { [setMember]: [...(value as ReadonlySet<unknown>)] };
  if (value instanceof Map)
    return { [mapMember]: [...(value as ReadonlyMap<unknown, unknown>)].map(([key, held]) => [key, toJson(held)]) };
  return value;
}

function fromJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (setMember in value) return new Set(value[setMember] as readonly unknown[]);
  if (mapMember in value) {
    const entries = value[mapMember] as readonly (readonly [unknown, unknown])[];
    return new Map(entries.map(([key, held]) => [key, fromJson(held)]));
  }
  return value;
}
