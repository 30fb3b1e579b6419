export type Schema = Readonly<Record<string, unknown>>;

/** One value of the chart that people set: a leaf of `values.yaml`, of its schema and of the table in the docs. */
export interface Value {
  /** E.g. `mapper.auth.mode`. */
  readonly path: string;
  readonly schema: Schema;
  /** Undefined for a value that is not set: the program's own default counts then. */
  readonly fallback?: unknown;
  readonly about: string;
  /** Something else than the default, for the test that each value changes what is rendered. */
  readonly sample?: unknown;
  /** What must be set too before the value does something, as an argument of `helm template --set`. */
  readonly needs?: string;
}

/** A value of the original that may be set and changes nothing. */
export interface UnusedValue {
  readonly path: string;
  readonly why: string;
}

export const boolean: Schema = { type: 'boolean' };
export const text: Schema = { type: 'string' };
export const map: Schema = { type: 'object' };
export const list: Schema = { type: 'array' };
export const texts: Schema = { type: 'array', items: { type: 'string' } };
export const integer = (bounds: { readonly minimum: number; readonly maximum: number }): Schema => ({
  type: 'integer',
  ...bounds,
});
export const port = integer({ minimum: 1, maximum: 65_535 });
