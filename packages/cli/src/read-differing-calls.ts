import { CliError } from './cli-error.ts';
import type { MapCall } from './network-map.ts';
import { parseSnapshot, readSnapshotFile, type SnapshotFile } from './read-snapshot.ts';

/** Two of something: of the earlier and of the later map. */
interface Both<T> {
  readonly before: T;
  readonly after: T;
}

/**
 * The calls of two snapshots without those whose text is the same in both: `snapshotText` writes the same call as the
 * same lines. To parse all of two large maps, only to find most of it alike, would take several times as long.
 */
export function readDifferingCalls(paths: Both<string>): Both<readonly MapCall[]> {
  const files = { before: readSnapshotFile(paths.before), after: readSnapshotFile(paths.after) };
  try {
    return callsOf(withoutSameCalls(files));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return callsOf(files); // The same error, with the place in the whole file.
  }
}

function callsOf({ before, after }: Both<SnapshotFile>): Both<readonly MapCall[]> {
  return { before: parseSnapshot(before).calls, after: parseSnapshot(after).calls };
}

function withoutSameCalls(files: Both<SnapshotFile>): Both<SnapshotFile> {
  const [before, after] = [splitCalls(files.before.text), splitCalls(files.after.text)];
  // Another program has formatted one of them.
  if (before === undefined || after === undefined) return files;
  return {
    before: { ...files.before, text: without(before, new Set(after.calls.map(({ constant }) => constant))) },
    after: { ...files.after, text: without(after, new Set(before.calls.map(({ constant }) => constant))) },
  };
}

/** A snapshot around its calls. */
interface SplitText {
  readonly start: string;
  readonly calls: readonly CallText[];
  readonly end: string;
}

/** What stands between the braces of a call. */
interface CallText {
  readonly whole: string;
  /** Without the last lines, which say when it was seen. */
  readonly constant: string;
}

const opening = '\n  "calls": [\n    {\n';
const closing = '\n    }\n  ]';

/**
 * Splits a text of `snapshotText`; undefined for any other. Texts within JSON hold no line feeds, and what is within a
 * call is further to the right: nothing but the ends of calls looks like one.
 */
function splitCalls(text: string): SplitText | undefined {
  const start = text.indexOf(opening);
  const end = text.indexOf(closing, start);
  if (start === -1 || end === -1) return undefined;
  const calls = text.slice(start + opening.length, end).split('\n    },\n    {\n');
  if (!calls.every(call => call.startsWith('      "client": {\n'))) return undefined;
  return { start: text.slice(0, start), calls: calls.map(toCallText), end: text.slice(end + closing.length) };
}

function toCallText(whole: string): CallText {
  const at = whole.lastIndexOf(',\n      "firstSeen": ');
  return { whole, constant: at === -1 ? whole : whole.slice(0, at) };
}

function without({ start, calls, end }: SplitText, same: ReadonlySet<string>): string {
  const others = calls.filter(({ constant }) => !same.has(constant));
  return `${start}\n"calls": [${others.map(({ whole }) => `{${whole}}`).join(',')}]${end}`;
}
