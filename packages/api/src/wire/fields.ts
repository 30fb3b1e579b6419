import { type AddressParty, type Party, normalAddress } from '@network-mapper/model';
import type { Refusal } from '../limits.ts';
import type { HttpMethod } from '../types.generated.ts';

export function tooLong(text: string | null | undefined, most: number): Refusal | undefined {
  return typeof text === 'string' && text.length > most ? 'too-long' : undefined;
}

export function tooMany(list: readonly unknown[], most: number): Refusal | undefined {
  return list.length > most ? 'too-many' : undefined;
}

export function outOfRange(number: number | null | undefined, most: number): Refusal | undefined {
  return typeof number === 'number' && (number < 0 || number > most) ? 'out-of-range' : undefined;
}

export function isPort(number: number): boolean {
  return number >= 0 && number <= 65_535;
}

/** A port, where one is named; 0 and what is no port say nothing. */
export function portIn(number: number | null | undefined): number | undefined {
  return typeof number === 'number' && number > 0 && number <= 65_535 ? number : undefined;
}

export function addressIn(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text === '' ? undefined : (normalAddress(text) ?? text);
}

/** RFC 3339 in UTC with milliseconds. */
export function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const httpMethods: ReadonlySet<string> = new Set<HttpMethod>([
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'CONNECT',
  'ALL',
]);

/** Methods that the API does not know are left out, as the original's agents do. */
export function isHttpMethod(method: string): method is HttpMethod {
  return httpMethods.has(method);
}

export function addressOf(party: Party): AddressParty {
  return ofKind(party, 'address');
}

/** A party or detail of the kind that this kind of report has; another is an error of the program. */
export function ofKind<T extends { readonly kind: string }, K extends T['kind']>(
  value: T,
  kind: K,
): Extract<T, { kind: K }> {
  if (value.kind !== kind) throw new Error(`a report cannot be made of ${value.kind}: ${kind} is expected`);
  return value as Extract<T, { kind: K }>;
}
