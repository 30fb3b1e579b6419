type Row = readonly string[];

/** Lines of CSV (RFC 4180) without headings where there are none. */
export function csvText(rows: readonly Row[], headings: Row | undefined): readonly string[] {
  return (headings === undefined ? rows : [headings, ...rows]).map(row => row.map(quoted).join(','));
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
