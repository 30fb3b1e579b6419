import type { ServerResponse } from 'node:http';
import { contentType, type AnswerForm } from './answer-form.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly errors: readonly { readonly message: string }[];
  /** Whether anything of the request was executed. */
  readonly executed?: boolean;
}

/** Longer messages repeat what was sent. */
const maxMessage = 1_500;

export function sendErrors(
  response: ServerResponse,
  form: AnswerForm,
  { status, errors, executed }: ErrorAnswer,
): void {
  const shown = errors.map(error => ({ ...error, message: error.message.slice(0, maxMessage) }));
  const hasData = form === 'original' || executed === true;
  sendJson(response, { status, form, text: JSON.stringify({ errors: shown, ...(hasData ? { data: null } : {}) }) });
}

export interface Json {
  readonly status: number;
  readonly form: AnswerForm;
  readonly text: string;
}

/** A short answer goes out in one piece. */
export function sendJson(response: ServerResponse, { status, form, text }: Json): void {
  response
    .writeHead(status, { 'content-type': contentType(form), 'content-length': Buffer.byteLength(text) })
    .end(text);
}
