/** Where a command's results and remarks go. Both are escaped: they hold what others reported. */
export interface Output {
  /** Lines of the result, to standard output; on a terminal in the colours that `colourOf` gives, if any. */
  readonly print: (lines: readonly string[], colourOf?: (line: string) => Colour | undefined) => void;
  /** A line for the person, to standard error; not with `--quiet`. */
  readonly inform: (line: string) => void;
  /** That something takes longer than a second, to people at a terminal. */
  readonly progress: (line: string) => void;
}

export type Colour = 'green' | 'red' | 'yellow';

/** The colours of lines that begin with what became of a call. */
export function colourOfChange(line: string): Colour | undefined {
  return ({ '+': 'green', '-': 'red', '~': 'yellow' } as const)[line.charAt(0)];
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A line that a terminal shows as it is: control characters (ECMA-48, which move the cursor or change the title), line
 * and paragraph separators and those that reverse the direction of text (UAX #9) are written as escapes.
 */
export function printable(line: string): string {
  return line.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, character => {
    const code = character.charCodeAt(0).toString(16);
    return named[character] ?? (code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`);
  });
}
