import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { listenLocally, readJsonLines } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { isScalar, parse, parseDocument } from 'yaml';
import { runCli } from '../src/cli.ts';

/** What was given to the Otterize CLI, what it asked a mapper, and what it printed and wrote. */
interface RecordedCommand {
  readonly title: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Configuration files by their place in the home folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly requests: readonly RecordedRequest[];
  /** Null for the help, which is each program's own. */
  readonly stdout: string | null;
  readonly exitCode: number;
  /** Files that were written; null for pictures. */
  readonly written: Readonly<Record<string, string | null>>;
}

interface RecordedRequest {
  readonly operationName: string;
  readonly variables: unknown;
  /** Null where no answer came. */
  readonly status: number | null;
  /** The number of the answer among the recorded ones. */
  readonly answer: number;
}

const fixture = (name: string) => readJsonLines(new URL(`fixtures/${name}`, import.meta.url));
const commands = fixture('recorded-commands.jsonl') as readonly RecordedCommand[];
/** JSON, or the text of an answer that is not. */
const answers: readonly unknown[] = fixture('recorded-answers.jsonl');

/** The Otterize CLI takes every failure of the query but one for an empty map; here it is an error. */
const failuresHidden = [
  'made-up/status-404-list',
  'made-up/graphql-error-list',
  'made-up/not-json',
  'made-up/status-500-visualize',
  'made-up/hang-list',
];
/** What cannot be done is refused before the mapper is asked. */
const refusedAtOnce = [
  'demo/list-env-format',
  'reset/list-format-json',
  'demo/export-file-bad-format',
  'demo/export-format-upper',
];
/** A line feed in a path would be a line of its own on the terminal; here it is escaped. */
const escaped = ['made-up/path-newline-list'];
/** The Otterize CLI ends without a word and with 0 at a word of the mapper that it does not know. */
const unknownWords = ['made-up/unknown-http-method-visualize', 'made-up/unknown-kafka-operation-export'];
/** It writes texts as they are, which YAML reads as something else, and takes `%` in them for a placeholder. */
const garbled = (text: string) => text.includes('(MISSING)') || text.includes('path: /a\nb');
/** Whether YAML 1.1 reads a text as that text. */
const isString = (text: string) => {
  const { contents, errors } = parseDocument(text, { version: '1.1', logLevel: 'silent' });
  return errors.length === 0 && isScalar(contents) && contents.value === text;
};

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

/** A mapper that answers as the recorded one did, one answer after the other; `asked` is what it was asked. */
async function startMapper(requests: readonly RecordedRequest[]) {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    void json(request).then(body => {
      const { operationName, variables } = body as Record<string, unknown>;
      const recorded = requests[asked.length];
      asked.push({ operationName, variables });
      if (recorded?.status === null) {
        response.destroy();
        return;
      }
      const answer = recorded === undefined ? undefined : answers[recorded.answer];
      response.statusCode = recorded?.status ?? 500;
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  const { url, close } = await listenLocally(server);
  cleanUp.push(close);
  return { url, asked };
}

async function homeWith(files: Readonly<Record<string, string>>): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'cli-home-'));
  cleanUp.push(() => rm(home, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
  }
  return home;
}

/** What follows these flags, or is the value of this variable, is a file of the home folder. */
const fileFlags = ['-o', '--output', '--output-path', '--config'];
const fileVariables = ['OTTERIZE_OUTPUT', 'OTTERIZE_OUTPUT_PATH', 'KUBECONFIG'];

/** Another Service of a cluster: the port-forward has tests of its own. */
const needsCluster = ['cli/other-service'];

test.each(commands.filter(({ title }) => !needsCluster.includes(title)))(
  '$title',
  async ({ title, args, env, files, requests, stdout, exitCode, written }) => {
    const { url, asked } = await startMapper(requests);
    const HOME = await homeWith(files);
    const placed = args.map((argument, at) =>
      fileFlags.includes(args[at - 1] ?? '') ? join(HOME, argument) : argument,
    );
    const placedEnv = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, fileVariables.includes(name) ? join(HOME, value) : value]),
    );
    // Without a question to the mapper the recorded program ended before it, mostly for want of a cluster.
    const address = requests.length > 0 ? ['--mapper-address', url] : [];
    let printed = '';
    let said = '';
    const code = await runCli({
      args: [...placed, ...address],
      env: { HOME, ...placedEnv },
      stdout: text => (printed += text),
      stderr: text => (said += text),
    });
    const isError = failuresHidden.includes(title);
    expect(code, said).toBe(isError ? 1 : unknownWords.includes(title) ? 0 : exitCode);
    expect(said.includes('Error: ')).toBe(code !== 0);
    if (stdout?.startsWith('Version: ') === true) expect(printed).toMatch(/^Version: \d/);
    else if (stdout === null) expect(printed).toContain('Usage: network-mapper');
    else if (!isError && !unknownWords.includes(title))
      expectSame(printed, escaped.includes(title) ? stdout.replace('/a\nb', String.raw`/a\nb`) : stdout);
    const expected = requests.map(({ operationName, variables }) => ({
      operationName,
      ...(variables !== null && { variables }),
    }));
    expect(asked).toEqual(refusedAtOnce.includes(title) ? [] : expected);
    if (isError || refusedAtOnce.includes(title)) return;
    for (const [path, text] of Object.entries(written)) {
      const content = await readFile(join(HOME, path));
      if (text === null) expect(content.length).toBeGreaterThan(0);
      else expectSame(content.toString(), text);
    }
  },
);

/** The same text, but for quotes where YAML would read it as something else. */
function expectSame(ours: string, theirs: string): void {
  if (garbled(theirs) || ours === theirs) {
    expect(ours === '').toBe(theirs === '');
    return;
  }
  const [lines, recorded] = [ours.split('\n'), theirs.split('\n')];
  expect(lines.length, ours).toBe(recorded.length);
  for (const [at, line] of lines.entries()) {
    const theirLine = recorded[at] ?? '';
    if (line === theirLine) continue;
    const [, key = '', value = ''] = /^((?: *- )? *[\w]+: )(.*)$/.exec(line) ?? [];
    expect(theirLine).toBe(`${key}${String(parse(value))}`);
    expect(isString(theirLine.slice(key.length))).toBe(false);
  }
}
