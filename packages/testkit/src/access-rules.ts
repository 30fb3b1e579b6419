import type { ResourceRequest } from './api-request.ts';
import type { ApiStatus } from './status.ts';

/** A rule of a ClusterRole (rbac.authorization.k8s.io/v1), without names of resources. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  /** `pods`, and `pods/log` for a part of one. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** One thing that a rule allows. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** `list apps/deployments`. */
export function toText({ verb, group, resource }: Right): string {
  return `${verb} ${group}/${resource}`;
}

/** All that a rule allows, one by one; a wildcard stays one. */
export function rightsOf({ apiGroups, resources, verbs }: PolicyRule): readonly Right[] {
  return apiGroups.flatMap(group => resources.flatMap(resource => verbs.map(verb => ({ verb, group, resource }))));
}

const parts: Readonly<Partial<Record<ResourceRequest['verb'], { readonly verb: string; readonly suffix: string }>>> = {
  log: { verb: 'get', suffix: '/log' },
  'patch-status': { verb: 'patch', suffix: '/status' },
};

/** What a request needs (https://kubernetes.io/docs/reference/access-authn-authz/authorization/#request-verb-resource). */
export function neededRight({ verb, groupVersion, plural }: ResourceRequest): Right {
  const { verb: asked, suffix } = parts[verb] ?? { verb, suffix: '' };
  const slash = groupVersion.indexOf('/');
  return { verb: asked, group: groupVersion.slice(0, Math.max(0, slash)), resource: `${plural}${suffix}` };
}

/** Lets through what some rules allow, and keeps account of what was asked. */
export class AccessRules {
  readonly #rules: readonly PolicyRule[];
  readonly #used = new Set<string>();
  readonly #refused = new Set<string>();

  constructor(rules: readonly PolicyRule[]) {
    this.#rules = rules;
  }

  /** What was asked and allowed, as `toText` has it. */
  get used(): ReadonlySet<string> {
    return this.#used;
  }

  get refused(): ReadonlySet<string> {
    return this.#refused;
  }

  /** The refusal of a real API server, where no rule allows it. */
  refusal(right: Right): ApiStatus | undefined {
    const allowed = this.#rules.some(
      rule =>
        holds(rule.apiGroups, right.group) && holds(rule.resources, right.resource) && holds(rule.verbs, right.verb),
    );
    (allowed ? this.#used : this.#refused).add(toText(right));
    if (allowed) return undefined;
    const { verb, group, resource } = right;
    const message = `${resource} is forbidden: User "test" cannot ${verb} resource "${resource}" in API group "${group}" at the cluster scope`;
    return { code: 403, reason: 'Forbidden', message };
  }
}

function holds(allowed: readonly string[], asked: string): boolean {
  return allowed.includes('*') || allowed.includes(asked);
}
