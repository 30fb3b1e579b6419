/**
 * An input that does not fit the schema. `validation` errors are found before anything runs and answered with 422;
 * `execution` errors are answered with 200 and `data: null`, as the original does for times and for enum values in the
 * wrong letter case.
 */
export class InputError extends Error {
  readonly phase: 'validation' | 'execution';
  readonly path: (string | number)[] = [];

  constructor(message: string, { phase = 'validation' }: { readonly phase?: InputError['phase'] } = {}) {
    super(message);
    this.phase = phase;
  }
}

/** Adds a step to the path of an error that comes out of a part of the input. */
export function withPathStep(error: unknown, step: string | number): unknown {
  if (error instanceof InputError) error.path.unshift(step);
  return error;
}
