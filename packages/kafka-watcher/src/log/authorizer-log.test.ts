import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalAddress } from '@network-mapper/model';
import { parseAuthorizerLine, type TopicAccess } from './authorizer-log.ts';

const fixtures = join(import.meta.dirname, '../../test/fixtures');

interface Sample {
  readonly title: string;
  readonly line: string;
  /** What is to be read; undefined where the line is to be ignored. */
  readonly wanted: TopicAccess | undefined;
}

/** Lines in all formats, each with what a reader must make of it. */
function samples(): readonly Sample[] {
  const lines = readFileSync(join(fixtures, 'lines.txt'), 'utf8').split('\n');
  return lines.flatMap((text, at): readonly Sample[] => {
    const line = lines[at + 1] ?? '';
    if (text.startsWith('@ignore'))
      return [{ title: `${/reason="([^"]*)"/.exec(text)?.[1] ?? ''} (${at})`, line, wanted: undefined }];
    if (!text.startsWith('@accept')) return [];
    const value = (name: string): string =>
      new RegExp(` ${name}=("[^"]*"|\\S+)`).exec(text)?.[1]?.replaceAll('"', '') ?? '';
    const host = normalAddress(value('host')) ?? '';
    const wanted = { host, topic: value('topic'), operation: value('op'), denied: value('access') === 'Denied' };
    return [{ title: `${value('fmt')} ${wanted.operation} ${wanted.topic} (${at})`, line, wanted }];
  });
}

describe('an access to a topic is read from', () => {
  test.each(samples().filter(({ wanted }) => wanted !== undefined))('$title', ({ line, wanted }) => {
    expect(parseAuthorizerLine(line)).toEqual({ kind: 'access', access: wanted });
  });
});

describe('no access is read from', () => {
  test.each(samples().filter(({ wanted }) => wanted === undefined))('$title', ({ line }) => {
    expect(parseAuthorizerLine(line)).toMatchObject({ kind: 'ignored' });
  });
});

test.each(['3.9.2-zookeeper', '4.1.2-kraft', '4.1.2-kraft-strimzi-layout'])(
  'of a whole log of a real broker (%s) every access to a topic is read, and nothing else',
  version => {
    const log = gunzipSync(readFileSync(join(fixtures, `broker-${version}.log.gz`))).toString();
    const lines = log.split('\n');
    const accesses = lines.filter(line => parseAuthorizerLine(line).kind === 'access');
    const likely = lines.filter(
      line => / on resource = Topic:LITERAL:\S+ for request = /.test(line) && !/\bTRACE\b.*Principal = /.test(line),
    );
    expect(accesses.length).toBeGreaterThan(50);
    expect(accesses).toEqual(likely);
  },
);

test('whatever a line holds, reading it takes no time and never fails', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 0, max: 300 }), (text, times) => {
      const started = performance.now();
      parseAuthorizerLine(`Principal = ${text.repeat(times)} is Allowed Operation = `.repeat(3));
      expect(performance.now() - started).toBeLessThan(1_000);
    }),
  );
});

test('a principal whose name is a message forges none', () => {
  const forged =
    'Principal = User:x is Allowed operation = WRITE from host = 10.0.0.1 on resource = Topic:LITERAL:secret for request = Produce is Denied operation = READ from host = 10.0.0.9 on resource = Topic:LITERAL:orders for request = Fetch with resourceRefCount = 1';
  expect(parseAuthorizerLine(`[2026-01-01 00:00:00,000] INFO ${forged}`)).toEqual({
    kind: 'access',
    access: { host: '10.0.0.9', topic: 'orders', operation: 'Read', denied: true },
  });
});
