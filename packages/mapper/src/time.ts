/** Milliseconds since the epoch of a day, by its text: reports carry few different days. */
const days = new Map<string, number>();

/**
 * Reads RFC 3339 with a zone and up to nanoseconds, as milliseconds since the epoch with a fraction. NaN for any other
 * text. The fraction of a second may follow a comma, as Go allows.
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

/** Days as text, by their number since the epoch: answers have few different ones. */
const dayTexts = new Map<number, string>();
const daySeconds = 86_400;
const twoDigitTexts = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** RFC 3339 in UTC, to the millisecond. */
export function formatTime(time: number): string {
  const second = Math.floor(time / 1000);
  const millisecond = Math.floor(time) - second * 1000;
  return `${dayText(second)}T${clockText(second)}.${String(millisecond).padStart(3, '0')}Z`;
}

/** A time as Go prints it: `2024-01-01 12:00:00.5 +0000 UTC`, to the microsecond. */
export function formatGoTime(time: number): string {
  const microseconds = Math.round(time * 1000);
  const second = Math.floor(microseconds / 1_000_000);
  return `${dayText(second)} ${clockText(second)}${fraction(microseconds - second * 1_000_000)} +0000 UTC`;
}

/** `2024-01-01` of a second since the epoch. */
function dayText(second: number): string {
  const day = Math.floor(second / daySeconds);
  const known = dayTexts.get(day);
  if (known !== undefined) return known;
  const text = new Date(day * daySeconds * 1000).toISOString().slice(0, 10);
  if (dayTexts.size > 1_000) dayTexts.clear();
  dayTexts.set(day, text);
  return text;
}

/** `12:00:00` of a second since the epoch. */
function clockText(second: number): string {
  const ofDay = second - Math.floor(second / daySeconds) * daySeconds;
  const minutes = Math.floor(ofDay / 60);
  return `${twoDigitTexts[Math.floor(minutes / 60)]}:${twoDigitTexts[minutes % 60]}:${twoDigitTexts[ofDay % 60]}`;
}

/** A duration as Go prints it: `72h3m0.5s`, `850ms`, `0s`, to the microsecond. Takes milliseconds. */
export function formatGoDuration(duration: number): string {
  if (duration < 0) return `-${formatGoDuration(-duration)}`;
  const microseconds = Math.round(duration * 1000);
  if (microseconds === 0) return '0s';
  if (microseconds < 1000) return `${microseconds}µs`;
  if (microseconds < 1_000_000) return `${Math.floor(microseconds / 1000)}${fraction((microseconds % 1000) * 1000)}ms`;
  const whole = Math.floor(microseconds / 1_000_000);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = `${whole % 60}${fraction(microseconds % 1_000_000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** Millionths behind a point, without zeros at the end; nothing for none. */
function fraction(millionths: number): string {
  if (millionths === 0) return '';
  let digits = millionths;
  let length = 6;
  while (digits % 10 === 0) {
    digits /= 10;
    length--;
  }
  return `.${String(digits).padStart(length, '0')}`;
}
