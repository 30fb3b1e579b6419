/** A moment of RFC 3339 without fractions: a second is as fine as anybody reads. */
export function withoutFraction(moment: string): string {
  return moment.replace(/\.\d+(?=Z|[+-])/, '');
}
