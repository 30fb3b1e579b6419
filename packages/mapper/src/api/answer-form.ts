/**
 * How answers are given: `graphql-response` as the GraphQL-over-HTTP specification wants it, `original` with the status
 * codes that clients of the original rely on (422 for what does not fit the schema).
 */
export type AnswerForm = 'graphql-response' | 'original';

const types: Readonly<Record<AnswerForm, string>> = {
  'graphql-response': 'application/graphql-response+json',
  original: 'application/json',
};

export function contentType(form: AnswerForm): string {
  return form === 'original' ? types.original : `${types[form]}; charset=utf-8`;
}

/** The form that an `Accept` header (RFC 9110, section 12.5.1) prefers; without a preference the original's. */
export function acceptedForm(accept: string | undefined): AnswerForm {
  if (accept === undefined) return 'original';
  const qualities = new Map(accept.slice(0, 1_000).split(',').map(toRange));
  const quality = qualities.get(types['graphql-response']) ?? 0;
  return quality > 0 && quality >= (qualities.get(types.original) ?? 0) ? 'graphql-response' : 'original';
}

function toRange(text: string): readonly [type: string, quality: number] {
  const [type = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase());
  const quality = parameters.find(parameter => parameter.startsWith('q='));
  return [type, quality === undefined ? 1 : Number(quality.slice(2)) || 0];
}
