import { createServer } from 'node:http';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { listenLocally } from '@network-mapper/testkit';
import { afterEach, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { call, mapOf, SnapshotFolder } from './known-map.ts';
import { run } from './run-command.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

interface Request {
  readonly operationName: string;
  readonly variables: { readonly provider?: string; readonly namespaces?: readonly string[] | null };
}

const seen = { firstSeen: '2026-01-01T00:00:00Z', lastSeen: '2026-01-01T00:00:00Z', count: 1 };
const orders = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders';
const bucket = 'arn:aws:s3:::pictures';
const role = 'arn:aws:iam::123456789012:role/team/shop';

function operation(place: string, resource: string, more: object) {
  const [namespace = '', name = ''] = place.split('/');
  const node = {
    client: { name, namespace },
    provider: 'AWS',
    resource,
    actions: [],
    dataActions: [],
    iamRole: null,
    podIdentity: false,
  };
  return { ...node, ...seen, ...more };
}

const onAws = [
  operation('shop/web', orders, { actions: ['dynamodb:Query', 'dynamodb:GetItem'], iamRole: role }),
  operation('pay/billing', `${orders}/index/day`, { actions: ['dynamodb:Query'], iamRole: role }),
  operation('pay/billing', '*', { actions: ['s3:ListAllMyBuckets', 'sts:GetCallerIdentity'], iamRole: role }),
  operation('shop/resize', `${bucket}/*`, { actions: ['s3:PutObject', 's3:GetObject'] }),
  operation('shop/resize', bucket, { actions: ['s3:ListBucket', 's3:GetObject'] }),
  operation('shop/resize', '*', { actions: ['s3:GetObject'], iamRole: '' }),
  operation('shop/idle', '*', {}),
];
const elsewhere = [
  operation('shop/web', '//storage.googleapis.com/b', { provider: 'GCP', actions: ['storage.objects.get'] }),
  operation('shop/web', '/subscriptions/1', { provider: 'AZURE', dataActions: ['blobs/read'] }),
];

/** The arguments that lead to a mapper with these operations and calls, and what it was asked. */
async function mapperWith(operations: readonly { provider: string }[], intents: readonly object[] = []) {
  const asked: Request[] = [];
  const server = createServer((request, response) => {
    void json(request).then(body => {
      const { operationName, variables } = body as Request;
      asked.push({ operationName, variables });
      const nodes = operations.filter(({ provider }) => provider === (variables.provider ?? provider));
      const pageInfo = { hasNextPage: false, endCursor: null };
      response.end(JSON.stringify({ data: { intents, cloudOperations: { nodes, pageInfo } } }));
    });
  });
  const { url, close } = await listenLocally(server);
  cleanUp.push(close);
  return { address: ['--mapper-address', url], asked };
}

const ofRole = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: [orders] },
    { Effect: 'Allow', Action: ['dynamodb:Query'], Resource: [orders, `${orders}/index/day`] },
    { Effect: 'Allow', Action: ['s3:ListAllMyBuckets', 'sts:GetCallerIdentity'], Resource: ['*'] },
  ],
};
const ofWorkload = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['*'] },
    { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: [bucket] },
    { Effect: 'Allow', Action: ['s3:PutObject'], Resource: [`${bucket}/*`] },
  ],
};

test('each role gets one IAM policy of all that its workloads did, and a workload whose role is not known its own', async () => {
  const { address } = await mapperWith([...onAws, ...elsewhere]);
  const { code, stdout, stderr } = await run(['export', '--as', 'iam', ...address]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({ [role]: ofRole, 'shop/resize': ofWorkload });
});

test('where EKS Pod Identity keeps a role outside of the cluster, that is said of the policy of the workload', async () => {
  const { address } = await mapperWith([
    operation('shop/resize', '*', { actions: ['s3:GetObject'], podIdentity: true }),
    operation('shop/web', '*', { actions: ['s3:GetObject'], podIdentity: true, iamRole: role }),
  ]);
  const { stdout, stderr } = await run(['export', '--as', 'iam', ...address]);
  expect(Object.keys(JSON.parse(stdout) as object)).toEqual([role, 'shop/resize']);
  expect(stderr).toBe(
    'The role of shop/resize is not known, since EKS Pod Identity keeps it outside of the cluster: its policy is by workload.\n',
  );
});

test('the policies are the same text in whatever order the operations come', async () => {
  const { address } = await mapperWith(onAws);
  const { address: other } = await mapperWith(
    onAws.toReversed().map(node => ({ ...node, actions: node.actions.toReversed() })),
  );
  const one = await run(['export', '--as', 'iam', ...address]);
  expect((await run(['export', '--format', 'iam', ...other])).stdout).toBe(one.stdout);
});

test('in a folder each policy is a file of its own, ready for IAM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'iam-'));
  cleanUp.push(() => rm(folder, { recursive: true }));
  const { address } = await mapperWith(onAws);
  await run(['export', '--as', 'iam', '-o', folder, '--output-type', 'dir', ...address]);
  expect((await readdir(folder)).toSorted()).toEqual([
    'arn:aws:iam::123456789012:role%2Fteam%2Fshop.json',
    'resize.shop.json',
  ]);
  expect(JSON.parse(await readFile(join(folder, 'resize.shop.json'), 'utf8'))).toEqual(ofWorkload);
});

test('the policy of a role is whole though only one of its namespaces was asked for', async () => {
  const { address } = await mapperWith(onAws);
  const { stdout } = await run(['export', '--as', 'iam', '-n', 'pay', ...address]);
  expect(JSON.parse(stdout)).toEqual({ [role]: ofRole });
});

test('policies are first said in words with --dry-run', async () => {
  const { address } = await mapperWith(onAws);
  const { stdout } = await run(['export', '--as', 'iam', '-n', 'pay', '--dry-run', ...address]);
  expect(stdout.split('\n')[0]).toBe(`${role} may dynamodb:GetItem on ${orders}`);
});

test('without operations on AWS there is no policy, which is said', async () => {
  const { address } = await mapperWith(elsewhere);
  const { code, stdout, stderr } = await run(['export', '--as', 'iam', ...address]);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '{}\n',
    stderr: 'No policy: no operation on AWS was seen.\n',
  });
  const { address: full } = await mapperWith(onAws);
  expect((await run(['export', '--as', 'iam', '-n', 'nowhere', ...full])).stderr).toBe(
    'No policy: no operation on AWS of the workloads that were asked for was seen.\n',
  );
});

test('a policy that IAM would refuse for its length is named', async () => {
  const tables = Array.from({ length: 120 }, (_, at) =>
    operation('shop/web', `${orders}-${at}`, { actions: ['dynamodb:GetItem'] }),
  );
  const { address } = await mapperWith(tables);
  const { stderr } = await run(['export', '--as', 'iam', ...address]);
  expect(stderr).toMatch(/^The policy of shop\/web is too long for IAM: \d+ characters of 6144\. Split it\.\n$/);
});

test.each([
  { flags: ['--as', 'iam', '--server', 'a.b'], problem: 'a policy has to allow all that a role does' },
  { flags: ['--as', 'cilium', '--format', 'iam'], problem: '--format iam does not go with --as cilium' },
  { flags: ['--cloud', '--as', 'iam'], problem: '--cloud is about ClientIntents' },
  { flags: ['--cloud', '--format', 'iam'], problem: '--format iam does not go with --cloud' },
  { flags: ['--cloud', '--server', 'a.b'], problem: '--cloud is narrowed by --namespaces and --since only' },
])('what cannot be exported is refused before the mapper is asked: $problem', async ({ flags, problem }) => {
  const { address, asked } = await mapperWith(onAws);
  const { code, stderr } = await run(['export', ...flags, ...address]);
  expect({ code, asked }).toEqual({ code: 1, asked: [] });
  expect(stderr).toContain(problem);
});

test('a snapshot has no cloud operations, which is said', async () => {
  await using snapshots = new SnapshotFolder();
  const path = await snapshots.write(mapOf([call('shop/web > shop/cart')]));
  for (const flags of [['--as', 'iam'], ['--cloud']]) {
    const { code, stderr } = await run(['export', ...flags, '--from', path]);
    expect(code).toBe(1);
    expect(stderr).toContain('a snapshot has no operations on cloud providers: leave out --from');
  }
});

const identity = (name: string) => ({ name, namespace: 'shop', labels: null, podOwnerKind: null });
const intents = [{ client: identity('web'), server: identity('cart'), type: null }];

test('ClientIntents have targets of cloud providers where they are asked for', async () => {
  const { address, asked } = await mapperWith([...onAws, ...elsewhere], intents);
  const { stdout } = await run(['export', '--cloud', ...address]);
  const specs = parseAllDocuments(stdout).map(document => (document.toJS() as { spec: unknown }).spec);
  expect(specs).toEqual([
    {
      workload: { name: 'billing' },
      targets: [
        { aws: { arn: '*', actions: ['s3:ListAllMyBuckets', 'sts:GetCallerIdentity'] } },
        { aws: { arn: `${orders}/index/day`, actions: ['dynamodb:Query'] } },
      ],
    },
    {
      workload: { name: 'resize' },
      targets: [
        { aws: { arn: '*', actions: ['s3:GetObject'] } },
        { aws: { arn: bucket, actions: ['s3:GetObject', 's3:ListBucket'] } },
        { aws: { arn: `${bucket}/*`, actions: ['s3:GetObject', 's3:PutObject'] } },
      ],
    },
    {
      workload: { name: 'web' },
      targets: [
        { kubernetes: { name: 'cart' } },
        { aws: { arn: orders, actions: ['dynamodb:GetItem', 'dynamodb:Query'] } },
        { azure: { scope: '/subscriptions/1', dataActions: ['blobs/read'] } },
        { gcp: { resource: '//storage.googleapis.com/b', permissions: ['storage.objects.get'] } },
      ],
    },
  ]);
  const old = await run(['export', ...address]);
  expect(old.stdout).not.toContain('aws');
  expect(asked.filter(({ operationName }) => operationName === 'CloudOperations')).toHaveLength(1);
});

test('ClientIntents of the older version and in JSON have the targets of cloud providers too', async () => {
  const { address } = await mapperWith([...onAws.slice(0, 1), ...elsewhere], intents);
  const older = await run(['export', '--cloud', '--output-version', 'v1', ...address]);
  expect(parseAllDocuments(older.stdout)[0]?.toJS()).toMatchObject({
    spec: {
      calls: [
        { name: 'cart' },
        { name: orders, type: 'aws', awsActions: ['dynamodb:GetItem', 'dynamodb:Query'] },
        { name: '/subscriptions/1', type: 'azure', azureDataActions: ['blobs/read'] },
        { name: '//storage.googleapis.com/b', type: 'gcp', gcpPermissions: ['storage.objects.get'] },
      ],
    },
  });
  const asJson = await run(['export', '--cloud', '--format', 'json', '-n', 'shop', ...address]);
  expect(JSON.parse(asJson.stdout)).toMatchObject([
    { spec: { targets: [{ kubernetes: { name: 'cart' } }, { aws: { arn: orders } }, { azure: {} }, { gcp: {} }] } },
  ]);
});
