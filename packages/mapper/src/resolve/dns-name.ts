import { normalAddress } from '@network-mapper/model';

/** What a name that was asked for in the cluster's DNS stands for (kubernetes.io, "DNS for Services and Pods"). */
export type DnsName =
  /** `ofOnePod`: a label before the Service's names one of its pods or ports. */
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly ofOnePod: boolean }
  | { readonly kind: 'pod'; readonly address: string }
  | { readonly kind: 'outside'; readonly name: string }
  /** Ends with the cluster's domain, but is no form that the specification of Kubernetes DNS knows. */
  | { readonly kind: 'malformed' };

/** Reads a DNS name. `domain` is lower-case. */
export function parseDnsName(text: string, { domain }: { readonly domain: string }): DnsName {
  const name = normalizeDnsName(text);
  if (name === domain) return { kind: 'malformed' };
  if (!name.endsWith(domain) || name[name.length - domain.length - 1] !== '.') return { kind: 'outside', name };

  const labels = name.slice(0, -domain.length - 1).split('.');
  const form = labels.at(-1);
  const namespace = labels.at(-2);
  if (form === 'svc') {
    const service = labels.at(-3);
    if (service === undefined || namespace === undefined) return { kind: 'malformed' };
    return { kind: 'service', namespace, name: service, ofOnePod: labels.length > 3 };
  }
  const dashed = labels[0];
  if (form !== 'pod' || dashed === undefined || labels.length < 2) return { kind: 'malformed' };
  return { kind: 'pod', address: toAddress(dashed) };
}

/** Letter case and a trailing dot mean nothing (RFC 4343, RFC 1034 section 3.1). */
export function normalizeDnsName(text: string): string {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  return /[A-Z]/.test(name) ? name.toLowerCase() : name;
}

/** `10-1-0-40` is 10.1.0.40; `fd00-244--7`, which no IPv4 address can be, is fd00:244::7. */
function toAddress(dashed: string): string {
  const address = /^\d+-\d+-\d+-\d+$/.test(dashed) ? dashed.replaceAll('-', '.') : dashed.replaceAll('-', ':');
  return normalAddress(address) ?? address;
}
