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
  const present = new Set(after.map(keyOf));
  const ordered = sortedBy(after, keyOf);
  return {
    added: ordered.filter(call => !old.has(keyOf(call))),
    gone: sortedBy(before, keyOf).filter(call => !present.has(keyOf(call))),
    changed: ordered.flatMap(call => {
      const previous = old.get(keyOf(call));
      const changes = previous === undefined ? [] : changesOf(previous, call);
      return changes.length === 0 ? [] : [{ call, changes }];
    }),
  };
}

function changesOf(before: MapCall, after: MapCall): readonly Change[] {
  const old = constantForm(before);
  return Object.entries(constantForm(after)).flatMap(([member, value]) => {
    const change = { member, before: JSON.stringify(old[member]), after: JSON.stringify(value) };
    return change.before === change.after ? [] : [change];
  });
}
