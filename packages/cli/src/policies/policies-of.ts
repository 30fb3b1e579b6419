import { version } from '../version.ts';
import type { AllowRule, Refused } from './allow-rule.ts';
import type { Allowed } from './allow-rules.ts';
import type { Dialect } from './dialect.ts';
import { reviewReason, seenOf, weakestEvidence } from './policy-review.ts';

/** The policy of one workload. */
export interface Policy {
  readonly rules: readonly AllowRule[];
  /** Why somebody should look at it first. */
  readonly review: readonly string[];
  readonly object: object;
}

/** The policies of workloads in one dialect, and the workloads that it cannot say a rule of. */
export function policiesOf(
  { workloads, refused }: Allowed,
  dialect: Dialect,
): { readonly policies: readonly Policy[]; readonly refused: readonly Refused[] } {
  const all = workloads.map(rules => policyOf(rules, dialect));
  return {
    policies: all.filter(result => 'object' in result),
    refused: [...refused, ...all.filter(result => 'reason' in result)],
  };
}

function policyOf(rules: readonly AllowRule[], dialect: Dialect): Policy | Refused {
  const [first] = rules;
  const { name = '', namespace = '' } = first?.subject ?? {};
  const reason = rules.map(rule => dialect.refusal(rule)).find(each => each !== undefined);
  if (reason !== undefined) return { name, namespace, reason };
  const review = rules.map(reviewReason).filter(each => each !== undefined);
  const rendered = dialect.render({
    rules,
    name: `network-mapper-${objectName(name)}`,
    namespace,
    annotations: annotationsOf(rules, review),
  });
  if ('tooMuch' in rendered) return { name, namespace, reason: rendered.tooMuch };
  return { rules, review, object: rendered };
}

function annotationsOf(rules: readonly AllowRule[], review: readonly string[]): Readonly<Record<string, string>> {
  const seen = seenOf(rules);
  const weakest = weakestEvidence(rules);
  return {
    'network-mapper/version': version,
    ...(seen !== undefined && {
      'network-mapper/window': `${seen.first}/${seen.last}`,
      'network-mapper/sightings': String(seen.count),
    }),
    ...(weakest !== undefined && { 'network-mapper/weakest-evidence': weakest }),
    ...(review.length > 0 && { 'network-mapper/review': review.join('; ') }),
  };
}

/** A name that the Kubernetes API takes (RFC 1123 subdomain): names of workloads may come from annotations. */
function objectName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, 200)
    .replace(/[^a-z0-9]+$/, '');
}
