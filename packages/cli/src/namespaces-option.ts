import { form } from '@network-mapper/runtime';
import { flagOption } from './flag-option.ts';

/** Undefined where nobody named any: an empty list is given too, and means all. */
export const namespacesOption = flagOption({
  name: 'namespaces',
  short: 'n',
  form: form.optional(form.list),
  fallback: undefined,
  about: 'Only clients in these namespaces.',
});
