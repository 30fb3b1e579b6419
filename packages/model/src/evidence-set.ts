import { evidences, type Evidence } from './evidence.ts';

/** Several kinds of evidence as the bits of one number: bit n stands for the n-th of `evidences`. */
export type EvidenceSet = number;

const bits = new Map(evidences.map((evidence, bit) => [evidence, 1 << bit]));

export function evidenceBit(evidence: Evidence): EvidenceSet {
  return bits.get(evidence) ?? 0;
}

export function toEvidences(set: EvidenceSet): readonly Evidence[] {
  return evidences.filter((_, bit) => (set & (1 << bit)) !== 0);
}
