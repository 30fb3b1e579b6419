import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { listenLocally, readJsonLines } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { runCli } from '../src/cli.ts';

/** What was given to the Otterize CLI, what it asked a mapper, and what it printed. */
interface RecordedCommand {
  readonly title: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Configuration files by their place in the home folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly requests: readonly RecordedRequest[];
  readonly stdout: string;
  readonly exitCode: number;
}

interface RecordedRequest {
  readonly operationName: string;
  readonly variables: unknown;
  readonly status: number;
  /** JSON, or the text of an answer that is not. */
  readonly response: unknown;
}

const commands = readJsonLines(
  new URL('fixtures/recorded-commands.jsonl', import.meta.url),
) as readonly RecordedCommand[];

/** The Otterize CLI takes every failure of the query but one for an empty map; here it is an error. */
const failuresHidden = ['made-up/status-404-list', 'made-up/graphql-error-list', 'made-up/not-json'];
/** What cannot be done is refused before the mapper is asked. */
const refusedAtOnce = ['demo/list-env-format', 'reset/list-format-json'];
/** A line feed in a path would be a line of its own on the terminal; here it is escaped. */
const escaped = ['made-up/path-newline-list'];

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
      const answer = recorded?.response;
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

test.each(commands)('$title', async ({ title, args, env, files, requests, stdout, exitCode }) => {
  const { url, asked } = await startMapper(requests);
  const HOME = await homeWith(files);
  const placed = args.map(argument => (argument in files ? join(HOME, argument) : argument));
  let printed = '';
  let said = '';
  const code = await runCli({
    args: [...placed, '--mapper-address', url],
    env: { HOME, ...env },
    stdout: text => (printed += text),
    stderr: text => (said += text),
  });
  expect(printed).toBe(escaped.includes(title) ? stdout.replace('/a\nb', String.raw`/a\nb`) : stdout);
  expect(code, said).toBe(failuresHidden.includes(title) ? 1 : exitCode);
  expect(said.includes('Error: ')).toBe(code !== 0);
  const expected = requests.map(({ operationName, variables }) => ({
    operationName,
    ...(variables !== null && { variables }),
  }));
  expect(asked).toEqual(refusedAtOnce.includes(title) ? [] : expected);
});
