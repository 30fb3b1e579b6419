import type { Evidence } from '@network-mapper/model';

/** A small set of named values as the bits of one number: bit n stands for the n-th name. */
export type Flags = number;

export const evidenceNames: readonly Evidence[] = [
  'DNS',
  'TCP',
  'SOCKET',
  'KAFKA',
  'ISTIO',
  'AWS',
  'AZURE',
  'GCP',
  'TRAFFIC_LEVEL',
];
export const protocolNames = ['TCP', 'UDP'] as const;

const evidenceBits = new Map(evidenceNames.map((name, bit) => [name, 1 << bit]));

export function evidenceFlag(evidence: Evidence): Flags {
  return evidenceBits.get(evidence) ?? 0;
}

/** The flag of a transport protocol; none when it is not known. */
export function protocolFlag(protocol: 'TCP' | 'UDP' | null | undefined): Flags {
  return protocol === 'TCP' ? 1 : protocol === 'UDP' ? 2 : 0;
}

export function toNames<T>(flags: Flags, names: readonly T[]): readonly T[] {
  return names.filter((_, bit) => (flags & (1 << bit)) !== 0);
}
