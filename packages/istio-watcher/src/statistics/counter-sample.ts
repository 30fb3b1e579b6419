/** Labels of a counter; one that is not there, and one that is empty, say the same. */
export type Labels = ReadonlyMap<string, string>;

/** One counter as a proxy shows it. */
export interface CounterSample {
  /** Its name in Prometheus' form, with or without a prefix: `istio_requests_total`. */
  readonly metric: string;
  /** Distinguishes the counters of one proxy. */
  readonly id: string;
  readonly value: number;
  /** Undefined when they cannot be parsed. */
  readonly labels: () => Labels | undefined;
}
