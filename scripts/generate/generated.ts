import { format, resolveConfig } from 'prettier';

/** A file that is made from sources. */
export interface Generated {
  readonly path: string;
  readonly text: string;
}

/** A generated file in the form that prettier gives it. */
export async function formatted({ path, text }: Generated): Promise<Generated> {
  return { path, text: await format(text, { ...(await resolveConfig(path)), filepath: path }) };
}

/** The first line of generated documentation. */
export function from(source: string): string {
  return `<!-- Generated from ${source} by scripts/generate.ts. Do not edit. -->\n\n`;
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
