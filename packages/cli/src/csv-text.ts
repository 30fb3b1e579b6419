type Row = readonly string[];

/** Lines of CSV (RFC 4180) without headings where there are none. */
export function csvText(rows: readonly Row[], headings: Row | undefined): readonly string[] {
  return (headings === undefined ? rows : [headings, ...rows]).map(row => row.map(quoted).join(','));
}

/** A heading of a table as programs name a column: `SERVER ADDRESSES` is `server_addresses`. */
export function csvName(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '_');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
