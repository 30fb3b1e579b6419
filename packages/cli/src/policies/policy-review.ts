import { peerWords, type AllowRule, type RuleEvidence } from './allow-rule.ts';

/** Kinds of evidence, the weakest first: a name that was asked for is no connection yet. */
const strengths = ['DNS', 'TRAFFIC_LEVEL', 'TCP', 'SOCKET', 'ISTIO', 'KAFKA'];

/** The weakest of what rules rest on, each by its strongest evidence. */
export function weakestEvidence(rules: readonly AllowRule[]): string | undefined {
  const ranks = rules.flatMap(({ evidence }) => (evidence === undefined ? [] : [strengthOf(evidence)]));
  return ranks.length === 0 ? undefined : strengths[Math.min(...ranks)];
}

/** When what is behind rules was seen, and how often; undefined where that is not known of one. */
export function seenOf(rules: readonly AllowRule[]): RuleEvidence['seen'] {
  const all = rules.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence.seen]));
  return all.reduce(
    (sum, seen) => {
      if (sum === undefined || seen === undefined) return undefined;
      const earlier = Date.parse(seen.first) < Date.parse(sum.first) ? seen.first : sum.first;
      const later = Date.parse(seen.last) > Date.parse(sum.last) ? seen.last : sum.last;
      return { first: earlier, last: later, count: sum.count + seen.count };
    },
    all[0] && { ...all[0], count: 0 },
  );
}

/** Why somebody should look at a rule before it is applied; undefined where nothing in it is a guess. */
export function reviewReason({ evidence, ports, peer }: AllowRule): string | undefined {
  const reasons = [
    ...(evidence !== undefined && peer.kind !== 'name' && strengthOf(evidence) === 0
      ? ['only a name was asked for']
      : []),
    ...(evidence?.seen?.count === 1 ? ['seen once'] : []),
    ...(peer.kind === 'host' ? ['on the host network, allowed by the addresses of its nodes, which may change'] : []),
    ...(evidence !== undefined && ports === 'all' && peer.kind !== 'name' ? ['port not known, all are allowed'] : []),
    ...(evidence !== undefined && peer.kind === 'api-server'
      ? ['the address of the API is not known: any is allowed']
      : []),
  ];
  return reasons[0] === undefined ? undefined : `${peerWords(peer)}: ${reasons[0]}`;
}

function strengthOf({ kinds }: RuleEvidence): number {
  return Math.max(0, ...kinds.map(kind => strengths.indexOf(kind)));
}
