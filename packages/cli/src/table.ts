import { printable } from './output.ts';

type Row = readonly string[];

/**
 * Lines of columns that are as wide as their widest cell, below headings if there are any; none at all without rows.
 */
export function table(rows: readonly Row[], headings: Row | undefined): readonly string[] {
  if (rows.length === 0) return [];
  const lines = (headings === undefined ? rows : [headings, ...rows]).map(line => line.map(printable));
  const columns = Math.max(...lines.map(line => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    lines.reduce((widest, line) => Math.max(widest, line[column]?.length ?? 0), 0),
  );
  return lines.map(line =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
