/** What `patch` makes of `target`, by RFC 7396: members are merged, null removes one, everything else is replaced. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [member, change] of Object.entries(patch)) {
    if (change === null) Reflect.deleteProperty(merged, member);
    else merged[member] = mergePatch(merged[member], change);
  }
  return merged;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
