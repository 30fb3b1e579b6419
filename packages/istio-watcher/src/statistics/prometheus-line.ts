import type { CounterSample, Labels } from './counter-sample.ts';

/** `name{labels} value`, and perhaps a time stamp, which no proxy writes. */
const valuePattern = /^ (\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?: \d+)?$/;

/**
 * A line of Prometheus' text format (prometheus.io, "Exposition formats") as a counter with labels; undefined for
 * comments and all else. The labels are not parsed before somebody asks for them: most lines say what they said before.
 */
export function parsePrometheusLine(line: string): CounterSample | undefined {
  if (line.startsWith('#')) return undefined;
  const start = line.indexOf('{');
  const end = line.lastIndexOf('}');
  if (start <= 0 || end < start) return undefined;
  const value = Number(valuePattern.exec(line.slice(end + 1))?.[1] ?? NaN);
  if (Number.isNaN(value)) return undefined;
  const text = line.slice(start + 1, end);
  return { metric: line.slice(0, start), id: line.slice(0, end), value, labels: () => parseLabels(text) };
}

/** A value of a label: a quote, a backslash and the end of a line are written with a backslash before them. */
const label = /\s*([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\s*(,|$)/y;

function parseLabels(text: string): Labels | undefined {
  const labels = new Map<string, string>();
  for (label.lastIndex = 0; label.lastIndex < text.length;) {
    const [, name = '', value = ''] = label.exec(text) ?? [];
    if (name === '') return undefined;
    labels.set(name, value.includes('\\') ? value.replace(/\\./gs, unescaped) : value);
  }
  return labels;
}

function unescaped(escaped: string): string {
  return escaped === '\\n' ? '\n' : escaped.slice(1);
}
