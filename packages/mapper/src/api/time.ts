/** Milliseconds since the epoch of a day, by its text: reports carry few different days. */
const days = new Map<string, number>();

/**
 * Reads RFC 3339 with a zone and up to nanoseconds, as milliseconds since the epoch with a fraction. NaN for any other text.
 * The fraction of a second may follow a comma, as Go allows.
 */
export function parseTime(text: string): number {
  // 2026-11-23T08:11:50[.283855](Z|+02:00)
  if (text.length < 20 || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return NaN;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(hour < 24 && minute < 60 && second < 60)) return NaN;
  let at = 19;
  let fraction = 0;
  if (text[at] === '.' || text[at] === ',') {
    const start = ++at;
    let unit = 100;
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) {
      fraction += digit * unit;
      unit /= 10;
    }
    if (at === start) return NaN;
  }
  const zone = parseZone(text, at);
  return dayOf(text.slice(0, 10)) + ((hour * 60 + minute - zone) * 60 + second) * 1000 + fraction;
}

/** Minutes ahead of UTC; NaN when the rest of the text is no zone. */
function parseZone(text: string, at: number): number {
  if (text[at] === 'Z') return at + 1 === text.length ? 0 : NaN;
  const sign = text[at] === '+' ? 1 : text[at] === '-' ? -1 : NaN;
  if (at + 6 !== text.length || text[at + 3] !== ':') return NaN;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  return hours < 24 && minutes < 60 ? sign * (hours * 60 + minutes) : NaN;
}

function dayOf(text: string): number {
  const known = days.get(text);
  if (known !== undefined) return known;
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // Date.parse takes February 30 for March 1.
  const real = !Number.isNaN(day) && new Date(day).toISOString().startsWith(text) ? day : NaN;
  if (days.size > 1_000) days.clear();
  days.set(text, real);
  return real;
}

function twoDigits(text: string, at: number): number {
  const tens = digitAt(text, at);
  const ones = digitAt(text, at + 1);
  return tens < 0 || ones < 0 ? NaN : tens * 10 + ones;
}

/** The digit at a place, or -1. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : -1;
}

/** RFC 3339 in UTC, to the millisecond. */
export function formatTime(time: number): string {
  return new Date(time).toISOString();
}

/** A time as Go prints it: `2024-01-01 12:00:00.5 +0000 UTC`, to the microsecond. */
export function formatGoTime(time: number): string {
  const microseconds = Math.round(time * 1000);
  const iso = new Date(Math.floor(microseconds / 1000)).toISOString();
  const fraction = String(((microseconds % 1_000_000) + 1_000_000) % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}

/** A duration as Go prints it: `72h3m0.5s`, `850ms`, `0s`. Takes milliseconds. */
export function formatGoDuration(duration: number): string {
  if (duration < 0) return `-${formatGoDuration(-duration)}`;
  if (duration === 0) return '0s';
  if (duration < 1000) return `${trimmed(duration)}ms`;
  const seconds = duration / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${trimmed(seconds - hours * 3600 - minutes * 60)}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(6)));
}
