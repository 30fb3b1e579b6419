import { constantForm, keyOf, sortedBy, type MapCall } from './network-map.ts';

export interface MapDifference {
  readonly added: readonly MapCall[];
  readonly gone: readonly MapCall[];
  readonly changed: readonly ChangedCall[];
}

export interface ChangedCall {
  readonly call: MapCall;
  readonly changes: readonly Change[];
}

/** What of a call is not as it was, each as JSON. */
export interface Change {
  readonly member: string;
  readonly before: string;
  readonly after: string;
}

/** Compares two maps by what their calls are, not by when and how often they were seen. */
export function compareMaps({
  before,
  after,
}: {
  readonly before: readonly MapCall[];
  readonly after: readonly MapCall[];
}): MapDifference {
  const old = new Map(before.map(call => [keyOf(call), call]));
  const present = new Map(after.map(call => [keyOf(call), call]));
  return {
    added: sortedBy(missingIn(old, present), keyOf),
    gone: sortedBy(missingIn(present, old), keyOf),
    changed: sortedBy(changedCalls(old, present), ({ call }) => keyOf(call)),
  };
}

function missingIn(there: ReadonlyMap<string, MapCall>, here: ReadonlyMap<string, MapCall>): readonly MapCall[] {
  return [...here].flatMap(([key, call]) => (there.has(key) ? [] : [call]));
}

function changedCalls(
  old: ReadonlyMap<string, MapCall>,
  present: ReadonlyMap<string, MapCall>,
): readonly ChangedCall[] {
  const changed: ChangedCall[] = [];
  for (const [key, call] of present) {
    const previous = old.get(key);
    if (previous === undefined || isAlike(previous, call)) continue;
    const changes = changesOf(previous, call);
    if (changes.length > 0) changed.push({ call, changes });
  }
  return changed;
}

/** Whether two values of JSON are the same, their lists in the same order: mostly calls are, and that is found fast. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  // Calls that were read have the same members; those that say when they were seen are not compared.
  for (const key in a) if (key !== 'sightings' && !isAlike(Reflect.get(a, key), Reflect.get(b, key))) return false;
  return true;
}

function changesOf(before: MapCall, after: MapCall): readonly Change[] {
  const old = constantForm(before);
  return Object.entries(constantForm(after)).flatMap(([member, value]) => {
    const change = { member, before: JSON.stringify(old[member]), after: JSON.stringify(value) };
    return change.before === change.after ? [] : [change];
  });
}
