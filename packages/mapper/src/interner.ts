import { identityKey, type LabelSet, type Workload } from '@network-mapper/model';

/**
 * Holds one object for each key as long as anybody else holds it: equal values then are the same object. Names that
 * come and go, such as those of Jobs, do not fill the memory.
 */
export class WeakInterner<T extends WeakKey> {
  readonly #known = new Map<string, WeakRef<T>>();
  readonly #collected = new FinalizationRegistry<string>(key => {
    if (this.#known.get(key)?.deref() === undefined) this.#known.delete(key);
  });

  get(key: string, create: () => T): T {
    const known = this.#known.get(key)?.deref();
    if (known !== undefined) return known;
    const created = create();
    this.#known.set(key, new WeakRef(created));
    this.#collected.register(created, key);
    return created;
  }
}

/** More different texts than a cluster has Services; then it begins anew, and equal texts are merely held twice. */
const mostTexts = 100_000;

/**
 * One object for equal label sets, workloads and texts: an edge then costs references instead of copies, and two
 * workloads are compared by comparing references. One per mapper.
 */
export class Interner {
  readonly #texts = new Map<string, string>();
  readonly #labelSets = new WeakInterner<LabelSet>();
  readonly #workloads = new WeakInterner<Workload>();
  /** Workloads as reached through Services: looked up with every sighting. */
  readonly #viaService = new WeakMap<Workload, Map<string | null, Workload>>();

  text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= mostTexts) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }

  labels(labels: Readonly<Record<string, string>> | undefined): LabelSet {
    const keys = Object.keys(labels ?? {}).sort();
    // Neither keys nor values of labels have such a character
    // (kubernetes.io/docs/concepts/overview/working-with-objects/labels).
    const whole = keys.map(key => `${key}\0${labels?.[key] ?? ''}`).join('\0');
    return this.#labelSets.get(whole, () => keys.map(key => ({ key: this.text(key), value: labels?.[key] ?? '' })));
  }

  workload(facts: Omit<Workload, 'key'>): Workload {
    const { name, namespace, labels, nameResolvedUsingAnnotation, podOwnerKind, kubernetesService } = facts;
    const whole = { name, namespace, labels, nameResolvedUsingAnnotation, podOwnerKind, kubernetesService };
    return this.#workloads.get(JSON.stringify(whole), () => ({ key: identityKey(whole), ...whole }));
  }

  /** `workload` as reached through a Service. */
  viaService(workload: Workload, service: string | null): Workload {
    if (workload.kubernetesService === service) return workload;
    let byService = this.#viaService.get(workload);
    if (byService === undefined) {
      byService = new Map();
      this.#viaService.set(workload, byService);
    }
    let via = byService.get(service);
    if (via === undefined) {
      via = this.workload({ ...workload, kubernetesService: service });
      byService.set(service, via);
    }
    return via;
  }
}
