import { csvColumns, headingsOf, rowsOf, wideColumns, type Column } from './call-columns.ts';
import { csvName, csvText } from './csv-text.ts';
import { jsonText } from './json-text.ts';
import { callForm, type MapCall } from './network-map.ts';
import { table } from './table.ts';
import { yamlText } from './yaml-text.ts';

/** How single calls are written: a table for people, or for programs. */
export type CallForm = 'wide' | 'json' | 'yaml' | 'csv';

/** What is printed of a call beside what is printed of all. */
interface More<Call> {
  readonly columns: readonly Column<Call>[];
  readonly members: (call: Call) => object;
}

interface Printing<Call> {
  readonly form: CallForm;
  readonly noHeaders: boolean;
  readonly more?: More<Call>;
}

/** The lines of calls in the order given. */
export function callLines<Call extends MapCall>(
  calls: readonly Call[],
  { form, noHeaders, more }: Printing<Call>,
): readonly string[] {
  if (form === 'json' || form === 'yaml')
    return (form === 'json' ? jsonText : yamlText)(
      calls.map(call => ({ ...callForm(call), ...more?.members(call) })),
    ).split('\n');
  const isTable = form === 'wide';
  const columns: readonly Column<Call>[] = [...(isTable ? wideColumns : csvColumns), ...(more?.columns ?? [])];
  const headings = isTable ? headingsOf(columns) : headingsOf(columns).map(csvName);
  return (isTable ? table : csvText)(rowsOf(calls, columns), noHeaders ? undefined : headings);
}
