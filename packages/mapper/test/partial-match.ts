/** Lists whose order the API does not promise. */
const sets = new Set([
  'labels',
  'kafkaTopics',
  'operations',
  'httpResources',
  'methods',
  'ips',
  'actions',
  'dataActions',
  'permissions',
]);

/**
 * What of `wanted` is not in `got`, as sentences: objects may have more members than wanted, `null` also fits an absent
 * member, lists have the same length and order, but for those whose order means nothing.
 */
export function differences(wanted: unknown, got: unknown, at = 'result', name = ''): readonly string[] {
  const text = JSON.stringify(got);
  if (wanted === null || wanted === undefined)
    return got === null || got === undefined ? [] : [`${at}: wanted null, got ${text}`];
  if (Array.isArray(wanted)) {
    if (!Array.isArray(got)) return [`${at}: wanted a list, got ${text}`];
    if (got.length !== wanted.length)
      return [`${at}: wanted ${wanted.length} items, got ${got.length}: ${text.slice(0, 300)}`];
    if (!sets.has(name)) return wanted.flatMap((item, index) => differences(item, got[index], `${at}[${index}]`));
    return wanted
      .filter(item => !got.some(other => differences(item, other).length === 0))
      .map(item => `${at}: no ${JSON.stringify(item)} in ${text}`);
  }
  if (typeof wanted !== 'object') return wanted === got ? [] : [`${at}: wanted ${JSON.stringify(wanted)}, got ${text}`];
  if (typeof got !== 'object' || got === null) return [`${at}: wanted an object, got ${text}`];
  const members = new Map(Object.entries(got));
  return Object.entries(wanted).flatMap(([member, value]) =>
    differences(value, members.get(member), `${at}.${member}`, member),
  );
}
