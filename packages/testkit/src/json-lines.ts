import { readFileSync } from 'node:fs';

/**
 * The values of a JSON Lines file (https://jsonlines.org); throws a `SyntaxError` that names file and line where one
 * does not parse.
 */
export function readJsonLines(file: string | URL): readonly unknown[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index): readonly unknown[] => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line)];
      } catch (error) {
        throw new SyntaxError(`${String(file)}:${String(index + 1)} is not JSON`, { cause: error });
      }
    });
}
