type Row = readonly string[];

/** Rows in columns that are as wide as their widest cell, below headings if there are any; nothing at all without rows. */
export function table(rows: readonly Row[], headings: Row | undefined): string {
  if (rows.length === 0) return '';
  const lines = headings === undefined ? rows : [headings, ...rows];
  const columns = Math.max(...lines.map(line => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map(line => line[column]?.length ?? 0)),
  );
  const textOf = (line: Row) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return lines.map(line => `${textOf(line).trimEnd()}\n`).join('');
}
