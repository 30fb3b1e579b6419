import { placeOf } from '../network-map.ts';
import { peerWords, type AllowRule } from './allow-rule.ts';
import { reviewReason } from './policy-review.ts';

/** What rules allow, in sentences. */
export function policyWords(rules: readonly AllowRule[]): readonly string[] {
  return rules.map(rule => {
    const { subject, direction, ports, peer } = rule;
    const where = ports === 'all' ? 'all ports' : ports.map(({ port, protocol }) => `${protocol} ${port}`).join(', ');
    const reason = reviewReason(rule);
    const verb = direction === 'ingress' ? 'may be called by' : 'may call';
    const review = reason === undefined ? '' : ` (to review: ${reason})`;
    return `${placeOf(subject)} ${verb} ${peerWords(peer)} on ${where}${review}`;
  });
}
