import { identityKey, normalAddress } from '@network-mapper/model';

/** What a name that was asked for in the cluster's DNS stands for (kubernetes.io, "DNS for Services and Pods"). */
export type DnsName =
  /** `key`: `namespace/name`. `ofOnePod`: a label before the Service's names one of its pods or ports. */
  | { readonly kind: 'service'; readonly key: string; readonly ofOnePod: boolean }
  | { readonly kind: 'pod'; readonly address: string }
  | { readonly kind: 'outside'; readonly name: string }
  /** Ends with the cluster's domain, but is no form that the specification of Kubernetes DNS knows. */
  | { readonly kind: 'malformed' };

/** More different names of Services than clients of a cluster ask for; then it begins anew. */
const mostKnown = 20_000;

/** Reads the names that are asked for in the DNS of one cluster. Those of Services are asked for again and again. */
export class DnsNames {
  readonly #domain: string;
  readonly #known = new Map<string, DnsName>();

  /** `domain` is the cluster's, in lower case. */
  constructor(domain: string) {
    this.#domain = domain;
  }

  read(text: string): DnsName {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const name = parseDnsName(text, { domain: this.#domain });
    if (name.kind !== 'service') return name;
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(text, name);
    return name;
  }
}

function parseDnsName(text: string, { domain }: { readonly domain: string }): DnsName {
  const name = normalizeDnsName(text);
  if (name === domain) return { kind: 'malformed' };
  if (!name.endsWith(domain) || name[name.length - domain.length - 1] !== '.') return { kind: 'outside', name };

  // Of a Service's name the last labels alone matter: others are not taken apart for every answer.
  const [form, beforeForm] = lastLabel(name, name.length - domain.length - 1);
  const [namespace, beforeNamespace] = lastLabel(name, beforeForm);
  if (form === 'svc') {
    const [service, rest] = lastLabel(name, beforeNamespace);
    if (beforeNamespace < 0) return { kind: 'malformed' };
    return { kind: 'service', key: identityKey({ namespace, name: service }), ofOnePod: rest >= 0 };
  }
  if (form !== 'pod' || beforeForm < 0) return { kind: 'malformed' };
  return { kind: 'pod', address: toAddress(name.slice(0, name.indexOf('.'))) };
}

/** The label that ends at `end`, and where the one before it ends; less than 0 when there is none. */
function lastLabel(name: string, end: number): readonly [label: string, before: number] {
  const dot = end > 0 ? name.lastIndexOf('.', end - 1) : -1;
  return [name.slice(dot + 1, Math.max(end, 0)), dot];
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
