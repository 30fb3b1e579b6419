import type { ResourceRequest } from './api-request.ts';
import type { ApiStatus } from './status.ts';

/** A rule of a Role or ClusterRole (rbac.authorization.k8s.io/v1). */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  /** `pods`, and `pods/log` for a part of one. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Names of the objects that it is for; all unless given. */
  readonly resourceNames?: readonly string[];
  /** The namespace that it is bound in; all unless given. */
  readonly namespace?: string | undefined;
}

/** One thing that a rule allows, or that a request needs. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Of one object; undefined for all, and for requests without a name such as lists. */
  readonly name?: string | undefined;
  /** Undefined for all namespaces. */
  readonly namespace?: string | undefined;
}

/** `list apps/deployments`, `get /secrets authority in system`. */
export function toText({ verb, group, resource, name, namespace }: Right): string {
  const one = name === undefined ? '' : ` ${name}`;
  return `${verb} ${group}/${resource}${one}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

/** All that a rule allows, one by one; a wildcard stays one. */
export function rightsOf({ apiGroups, resources, verbs, resourceNames, namespace }: PolicyRule): readonly Right[] {
  const names = resourceNames ?? [undefined];
  return apiGroups.flatMap(group =>
    resources.flatMap(resource =>
      verbs.flatMap(verb => names.map(name => ({ verb, group, resource, name, namespace }))),
    ),
  );
}

/** The rule that allows one thing. */
export function ruleOf({ verb, group, resource, name, namespace }: Right): PolicyRule {
  const resourceNames = name === undefined ? {} : { resourceNames: [name] };
  return { apiGroups: [group], resources: [resource], verbs: [verb], namespace, ...resourceNames };
}

/** Whether who has a right may do what is asked. A request without a name is allowed by no right to one object. */
export function covers(right: Right, asked: Right): boolean {
  return (
    (['verb', 'group', 'resource'] as const).every(part => right[part] === '*' || right[part] === asked[part]) &&
    (['name', 'namespace'] as const).every(part => right[part] === undefined || right[part] === asked[part])
  );
}

const parts: Readonly<Partial<Record<ResourceRequest['verb'], { readonly verb: string; readonly suffix: string }>>> = {
  log: { verb: 'get', suffix: '/log' },
  'patch-status': { verb: 'patch', suffix: '/status' },
};

/** What a request needs (https://kubernetes.io/docs/reference/access-authn-authz/authorization/#request-verb-resource). */
export function neededRight({ verb, groupVersion, plural, name, namespace }: ResourceRequest): Right {
  const { verb: asked, suffix } = parts[verb] ?? { verb, suffix: '' };
  const slash = groupVersion.indexOf('/');
  return {
    verb: asked,
    group: groupVersion.slice(0, Math.max(0, slash)),
    resource: `${plural}${suffix}`,
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
  };
}

/** Lets through what some rules allow, and keeps account of what was asked. */
export class AccessRules {
  readonly #rights: readonly Right[];
  readonly #used = new Set<Right>();
  readonly #refused = new Map<string, Right>();

  constructor(rules: readonly PolicyRule[]) {
    this.#rights = rules.flatMap(rightsOf);
  }

  /** The rights that nothing has needed. */
  get unused(): readonly Right[] {
    return this.#rights.filter(right => !this.#used.has(right));
  }

  /** What was asked and is not allowed, each once. */
  get refused(): readonly Right[] {
    return [...this.#refused.values()];
  }

  /** The refusal of a real API server, where no rule allows it. */
  refusal(asked: Right): ApiStatus | undefined {
    const allowing = this.#rights.filter(right => covers(right, asked));
    for (const right of allowing) this.#used.add(right);
    if (allowing.length > 0) return undefined;
    this.#refused.set(toText(asked), asked);
    const { verb, group, resource, name, namespace } = asked;
    const what = name === undefined ? resource : `${resource} "${name}"`;
    const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const message = `${what} is forbidden: User "test" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
    return { code: 403, reason: 'Forbidden', message };
  }
}
