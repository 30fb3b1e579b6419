/** What became of a report. */
export type Outcome =
  | { readonly kind: 'accepted' }
  /** Worth another try later: the mapper is away, slow, or full. */
  | { readonly kind: 'retry'; readonly problem: string }
  /** The mapper understood the request and will not take these sightings. */
  | { readonly kind: 'rejected'; readonly problem: string };
