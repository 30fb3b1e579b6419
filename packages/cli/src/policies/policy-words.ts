import { placeOf } from '../network-map.ts';
import type { AllowRule } from './allow-rule.ts';
import { reviewReason } from './policy-review.ts';

/** What rules allow, in sentences. */
export function policyWords(rules: readonly AllowRule[]): readonly string[] {
  return rules.map(rule => {
    const { subject, direction, ports, peer } = rule;
    const other = peer.kind === 'dns' ? "the cluster's DNS" : placeOf(peer.workload);
    const where = ports === 'all' ? 'all ports' : ports.map(({ port, protocol }) => `${protocol} ${port}`).join(', ');
    const reason = reviewReason(rule);
    const verb = direction === 'ingress' ? `may be called by ${other}` : `may call ${other}`;
    return `${placeOf(subject)} ${verb} on ${where}${reason === undefined ? '' : ` (to review: ${reason})`}`;
  });
}
