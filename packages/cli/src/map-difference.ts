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
  const ordered = sortedBy([...present], ([key]) => key);
  return {
    added: ordered.flatMap(([key, call]) => (old.has(key) ? [] : [call])),
    gone: sortedBy([...old], ([key]) => key).flatMap(([key, call]) => (present.has(key) ? [] : [call])),
    changed: ordered.flatMap(([key, call]) => {
      const previous = old.get(key);
      const changes =
        previous === undefined || isAlike({ ...previous, sightings: undefined }, { ...call, sightings: undefined })
          ? []
          : changesOf(previous, call);
      return changes.length === 0 ? [] : [{ call, changes }];
    }),
  };
}

/** Whether two values of JSON are the same in the same order: mostly calls are, and that is found fast. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => isAlike(Reflect.get(a, key), Reflect.get(b, key)));
}

function changesOf(before: MapCall, after: MapCall): readonly Change[] {
  const old = constantForm(before);
  return Object.entries(constantForm(after)).flatMap(([member, value]) => {
    const change = { member, before: JSON.stringify(old[member]), after: JSON.stringify(value) };
    return change.before === change.after ? [] : [change];
  });
}
