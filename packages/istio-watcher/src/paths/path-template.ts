/** Segments of a path that name one of many things: each is `{id}` in the template of the path. */
const identifiers = [
  /^\d+$/,
  // RFC 9562.
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  // Object ids, digests. Words are not so long, and some words have no other letters than these.
  /^(?=.*\d)[0-9a-f]{16,}$/i,
  // RFC 3339: a date, or a date and a time.
  /^\d{4}-\d{2}-\d{2}(?:[Tt_ ]\d{2}:?\d{2}(?::?\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/,
];

/** What a path has in common with those of the other things of its kind: `/users/7/orders` is `/users/{id}/orders`. */
export function toPathTemplate(path: string): string {
  // Most paths have no digit.
  if (!/\d/.test(path)) return path;
  return path
    .split('/')
    .map(segment => (identifiers.some(identifier => identifier.test(segment)) ? '{id}' : segment))
    .join('/');
}
