import { getDomain } from 'tldts';

/**
 * The domain that somebody registered of which a name is part, by the Public Suffix List (publicsuffix.org); the name
 * itself where there is none.
 */
export function registrableDomain(dnsName: string): string {
  return getDomain(dnsName, { allowPrivateDomains: false }) ?? dnsName;
}
