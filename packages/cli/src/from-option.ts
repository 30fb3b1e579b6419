import { form } from '@network-mapper/runtime';
import { flagOption } from './flag-option.ts';

export const fromOption = flagOption({
  name: 'from',
  form: form.optional(form.text),
  fallback: undefined,
  about: 'A snapshot file to read, instead of asking the mapper.',
  ours: true,
});
