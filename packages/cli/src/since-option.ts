import { form, wallTime, type OptionForm } from '@network-mapper/runtime';
import { flagOption } from './flag-option.ts';

/** How long ago (`90s`, `12h`, `7d`), or a moment of RFC 3339; read as that moment. */
const past: OptionForm<string> = {
  form: 'past',
  read: text => {
    const days = /^(\d+)d$/.exec(text)?.[1];
    const ago = form.duration.read(days === undefined ? text : `${Number(days) * 24}h`);
    if ('value' in ago) return { value: new Date(wallTime() - ago.value).toISOString() };
    const isMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
    if (isMoment && !Number.isNaN(Date.parse(text))) return { value: text };
    return { problem: 'neither how long ago (90s, 12h, 7d) nor a moment as 2026-01-31T08:00:00Z.' };
  },
  write: value => value,
  schema: { type: 'string' },
};

export const sinceOption = flagOption({
  name: 'since',
  form: form.optional(past),
  fallback: undefined,
  about: 'Only what was last seen since then: how long ago (`90s`, `12h`, `7d`), or a moment.',
  ours: true,
});
