import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Reported } from './aws/aws-mapper.ts';
import { expectedReports } from './aws/expected-reports.ts';
import { buildGoCalls } from './aws/go.ts';
import { missingForNamespaces, runInNamespaces } from './aws/in-namespaces.ts';
import { installMoto } from './aws/moto.ts';

const installed = await installMoto();
const missing = 'missing' in installed ? installed.missing : missingForNamespaces();
if (missing !== undefined) console.warn(`skipped: no calls of AWS's SDKs in namespaces: ${missing}`);
const python = 'python' in installed ? installed.python : '';
const go = missing === undefined ? await buildGoCalls() : { missing };
if (missing === undefined && 'missing' in go) console.warn(`skipped: ${go.missing}`);

interface Runs {
  readonly direct: string;
  readonly proxied: string;
  /** Operations that were reported of the direct run. */
  readonly unseen: number;
  readonly reported: readonly Reported[];
  readonly skipped: Readonly<Record<string, number>>;
  /** By which AWS was asked in the run through the proxy. */
  readonly protocols: readonly string[];
}

async function expectSameThroughProxy(
  command: readonly string[],
  more: readonly (readonly [string, RegExp])[],
): Promise<readonly string[]> {
  const runs = (await runInNamespaces('run-sdks.ts', { python, command })) as Runs;
  expect(runs.proxied).toBe(runs.direct);
  expect(runs.proxied.trim().split('\n').length).toBeGreaterThanOrEqual(60);
  expect(runs.unseen).toBe(0);
  const missed = [...expectedReports, ...more].filter(
    ([action, resource]) =>
      !runs.reported.some(operation => operation.actions.includes(action) && resource.test(operation.resource)),
  );
  expect(missed).toEqual([]);
  // Nothing was left out: each request was understood.
  expect(runs.skipped).toEqual({});
  expect(new Set(runs.reported.map(({ srcIp }) => srcIp))).toEqual(new Set(['10.0.0.5']));
  return runs.protocols;
}

test.skipIf(missing !== undefined)(
  'AWS’s SDK for JavaScript gets the same answers in a pod that has opted in as in one that has not, and all is reported',
  async () => {
    const protocols = await expectSameThroughProxy(
      [process.execPath, join(import.meta.dirname, 'aws/calls.mjs')],
      [
        ['s3:PutObject', /^arn:aws:s3:::photos\/stream$/],
        ['iam:GetRole', /^arn:aws:iam::\d+:role\/app$/],
        ['ec2:DescribeInstances', /^\*$/],
        ['lambda:InvokeFunction', /:function:resize$/],
        ['states:ListStateMachines', /./],
      ],
    );
    expect(protocols).toEqual(['100-continue', 'HTTP/1.1', 'HTTP/2.0', 'trailer']);
  },
);

test.skipIf('missing' in go)(
  'AWS’s SDK for Go gets the same answers in a pod that has opted in as in one that has not, and all is reported',
  async () => {
    const protocols = await expectSameThroughProxy(
      ['program' in go ? go.program : ''],
      [
        ['s3:PutObject', /^arn:aws:s3:::photos\/stream$/],
        ['s3:GetBucketLocation', /^arn:aws:s3:::photos$/],
        ['dynamodb:Query', /:table\/carts/],
      ],
    );
    expect(protocols).toEqual(['HTTP/2.0', 'rpc-v2-cbor', 'trailer']);
  },
);
