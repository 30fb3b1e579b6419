import type { AllowRule, RuleEvidence } from './allow-rule.ts';

/** Kinds of evidence, the weakest first: a name that was asked for is no connection yet. */
const strengths = ['DNS', 'TRAFFIC_LEVEL', 'TCP', 'SOCKET', 'ISTIO', 'KAFKA'];

/** The weakest of what rules rest on, each by its strongest evidence. */
export function weakestEvidence(rules: readonly AllowRule[]): string | undefined {
  const ranks = rules.flatMap(({ evidence }) => (evidence === undefined ? [] : [strengthOf(evidence)]));
  return ranks.length === 0 ? undefined : strengths[Math.min(...ranks)];
}

/** Reports behind rules, all together; undefined where one of them is not counted. */
export function sightingsOf(rules: readonly AllowRule[]): number | undefined {
  let sum = 0;
  for (const { evidence } of rules) {
    if (evidence === undefined) continue;
    if (evidence.count === undefined) return undefined;
    sum += evidence.count;
  }
  return sum;
}

/** Why somebody should look at a rule before it is applied; undefined where nothing in it is a guess. */
export function reviewReason({ evidence, ports, peer }: AllowRule): string | undefined {
  if (evidence === undefined || peer.kind === 'dns') return undefined;
  const whose = `${peer.workload.namespace}/${peer.workload.name}`;
  if (strengthOf(evidence) === 0) return `${whose}: only a name was asked for`;
  if (evidence.count === 1) return `${whose}: seen once`;
  return ports === 'all' ? `${whose}: port not known, all are allowed` : undefined;
}

function strengthOf({ kinds }: RuleEvidence): number {
  return Math.max(0, ...kinds.map(kind => strengths.indexOf(kind)));
}
