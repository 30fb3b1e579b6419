/** Texts that many objects share, such as namespaces and names that are looked up: each is kept once. */
const texts = new Map<string, string>();

/** More different texts than a cluster has Services; then it begins anew, and equal texts are merely kept twice. */
const most = 100_000;

/** The one string for a text, so that what was cut out of a report or an object does not stay in memory with each of them. */
export function sharedText(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= most) texts.clear();
  texts.set(text, text);
  return text;
}
