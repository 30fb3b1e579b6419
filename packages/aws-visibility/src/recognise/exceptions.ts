import type { Operation } from './operation.ts';

/** Actions of an operation, and the template of the ARN they are about (`OperationRow`); `*` where that is none. */
export interface Rule {
  readonly actions: readonly string[];
  readonly resource: string;
}

type Exception = readonly Rule[] | ((operation: Operation) => readonly Rule[]);

const bucket = 'arn:{Partition}:s3:::{Bucket}';
const object = 'arn:{Partition}:s3:::{Bucket}/{Key}';
const lambda = 'arn:{Partition}:lambda:{Region}:{Account}:function:';
const table = 'arn:{Partition}:dynamodb:{Region}:{Account}:table/{.TableName}';
const queue = 'arn:{Partition}:sqs:{Region}:{Account}:{.QueueName}';
const stream = 'arn:{Partition}:kinesis:{Region}:{Account}:stream/{.StreamName}';
const anyTable = 'arn:{Partition}:dynamodb:{Region}:{Account}:table/*';

/**
 * Operations whose permission has another name than they, or that are about something that the general rules do not
 * find (docs.aws.amazon.com/service-authorization/latest/reference). By `<id of the service>.<operation>`.
 */
const exceptions: Readonly<Record<string, Exception>> = {
  ...ofBuckets('s3:ListBucket', ['ListObjects', 'ListObjectsV2', 'HeadBucket']),
  ...ofBuckets('s3:ListBucketVersions', ['ListObjectVersions']),
  ...ofBuckets('s3:ListBucketMultipartUploads', ['ListMultipartUploads']),
  ...ofBuckets('s3:PutBucketCORS', ['DeleteBucketCors']),
  ...ofBuckets('s3:PutBucketTagging', ['DeleteBucketTagging']),
  ...ofBuckets('s3:PutBucketOwnershipControls', ['DeleteBucketOwnershipControls']),
  ...ofBuckets('s3:GetBucketNotification', ['GetBucketNotificationConfiguration']),
  ...ofBuckets('s3:PutBucketNotification', ['PutBucketNotificationConfiguration']),
  ...ofBuckets('s3:GetBucketPublicAccessBlock', ['GetPublicAccessBlock']),
  ...ofBuckets('s3:PutBucketPublicAccessBlock', ['PutPublicAccessBlock', 'DeletePublicAccessBlock']),
  ...ofBuckets('s3:GetBucketObjectLockConfiguration', ['GetObjectLockConfiguration']),
  ...ofBuckets('s3:PutBucketObjectLockConfiguration', ['PutObjectLockConfiguration']),
  ...configurations(),
  'S3.ListBuckets': [{ actions: ['s3:ListAllMyBuckets'], resource: '*' }],
  'S3.ListParts': [{ actions: ['s3:ListMultipartUploadParts'], resource: object }],
  'S3.GetObject': versioned({ action: 's3:GetObject', ofVersion: 's3:GetObjectVersion' }),
  'S3.HeadObject': versioned({ action: 's3:GetObject', ofVersion: 's3:GetObjectVersion' }),
  'S3.DeleteObject': versioned({ action: 's3:DeleteObject', ofVersion: 's3:DeleteObjectVersion' }),
  'S3.GetObjectTagging': versioned({ action: 's3:GetObjectTagging', ofVersion: 's3:GetObjectVersionTagging' }),
  'S3.SelectObjectContent': [{ actions: ['s3:GetObject'], resource: object }],
  'S3.DeleteObjects': [{ actions: ['s3:DeleteObject'], resource: `${bucket}/*` }],
  ...ofObjects('s3:PutObject', ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']),
  'S3.CopyObject': copied,
  'S3.UploadPartCopy': copied,
  'S3.CreateSession': [{ actions: ['s3express:CreateSession'], resource: '*' }],
  'S3.ListDirectoryBuckets': [{ actions: ['s3express:ListAllMyDirectoryBuckets'], resource: '*' }],
  'S3.WriteGetObjectResponse': [{ actions: ['s3-object-lambda:WriteGetObjectResponse'], resource: '*' }],
  ...ofQueues({
    AddPermission: 'AddPermission',
    ChangeMessageVisibility: 'ChangeMessageVisibility',
    ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
    DeleteMessage: 'DeleteMessage',
    DeleteMessageBatch: 'DeleteMessage',
    DeleteQueue: 'DeleteQueue',
    GetQueueAttributes: 'GetQueueAttributes',
    ListDeadLetterSourceQueues: 'ListDeadLetterSourceQueues',
    ListQueueTags: 'ListQueueTags',
    PurgeQueue: 'PurgeQueue',
    ReceiveMessage: 'ReceiveMessage',
    RemovePermission: 'RemovePermission',
    SendMessage: 'SendMessage',
    SendMessageBatch: 'SendMessage',
    SetQueueAttributes: 'SetQueueAttributes',
    TagQueue: 'TagQueue',
    UntagQueue: 'UntagQueue',
  }),
  'SQS.CreateQueue': named({ action: 'sqs:CreateQueue', resource: queue }),
  'SQS.GetQueueUrl': named({ action: 'sqs:GetQueueUrl', resource: queue }),
  'SNS.Publish': published,
  'SNS.PublishBatch': published,
  'Lambda.Invoke': invoked,
  'Lambda.InvokeAsync': invoked,
  'Lambda.InvokeWithResponseStream': invoked,
  'Lambda.GetLayerVersionByArn': [{ actions: ['lambda:GetLayerVersion'], resource: '{?Arn}' }],
  'DynamoDB.TransactGetItems': [{ actions: ['dynamodb:GetItem'], resource: anyTable }],
  'DynamoDB.TransactWriteItems': transacted,
  'DynamoDB.BatchGetItem': [{ actions: ['dynamodb:BatchGetItem'], resource: anyTable }],
  'DynamoDB.BatchWriteItem': [{ actions: ['dynamodb:BatchWriteItem'], resource: anyTable }],
  'DynamoDB.ExecuteStatement': partiql,
  'DynamoDB.BatchExecuteStatement': partiql,
  'DynamoDB.ExecuteTransaction': partiql,
  'DynamoDB.Query': indexed('dynamodb:Query'),
  'DynamoDB.Scan': indexed('dynamodb:Scan'),
  ...ofKeys([
    'Decrypt',
    'Encrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'DescribeKey',
    'Sign',
    'Verify',
  ]),
  'KMS.ReEncrypt': [
    { actions: ['kms:ReEncryptFrom'], resource: '{.SourceKeyId}' },
    { actions: ['kms:ReEncryptTo'], resource: '{.DestinationKeyId}' },
  ],
  ...ofSecrets([
    'GetSecretValue',
    'DescribeSecret',
    'PutSecretValue',
    'UpdateSecret',
    'DeleteSecret',
    'ListSecretVersionIds',
  ]),
  ...ofParameters(['GetParameter', 'PutParameter', 'DeleteParameter', 'GetParameterHistory'], '.Name'),
  ...ofParameters(['GetParametersByPath'], '.Path'),
  'Bedrock Runtime.Converse': [{ actions: ['bedrock:InvokeModel'], resource: model('{modelId}') }],
  'Bedrock Runtime.ConverseStream': [
    { actions: ['bedrock:InvokeModelWithResponseStream'], resource: model('{modelId}') },
  ],
  'CloudFront.CreateDistributionWithTags': [{ actions: ['cloudfront:CreateDistribution'], resource: '*' }],
  'Kinesis.PutRecord': named({ action: 'kinesis:PutRecord', resource: stream, arn: 'StreamARN' }),
  'Kinesis.PutRecords': named({ action: 'kinesis:PutRecords', resource: stream, arn: 'StreamARN' }),
  // Nobody needs a permission for these.
  'STS.GetCallerIdentity': [],
  'STS.GetSessionToken': [],
  'DynamoDB.DescribeEndpoints': [],
};

/** What an operation needs; undefined where the table says it. */
export function exceptionFor(operation: Operation): readonly Rule[] | undefined {
  const { id } = operation.service;
  if (id === 'API Gateway') return apiGateway(operation);
  const exception = exceptions[`${id}.${operation.name}`];
  return typeof exception === 'function' ? exception(operation) : exception;
}

/** All actions that the exceptions can name, for a test that IAM has them. */
export function exceptionalActions(): readonly string[] {
  return Object.values(exceptions).flatMap(exception =>
    typeof exception === 'function' ? [] : exception.flatMap(({ actions }) => actions),
  );
}

function ofBuckets(action: string, names: readonly string[]): Record<string, Exception> {
  return Object.fromEntries(names.map(name => [`S3.${name}`, [{ actions: [action], resource: bucket }]]));
}

function ofObjects(action: string, names: readonly string[]): Record<string, Exception> {
  return Object.fromEntries(names.map(name => [`S3.${name}`, [{ actions: [action], resource: object }]]));
}

/** Settings of buckets: read with one permission, and written or deleted with another. */
function configurations(): Record<string, Exception> {
  const kinds = [
    'Encryption',
    'Lifecycle',
    'Replication',
    'Accelerate',
    'Analytics',
    'Inventory',
    'Metrics',
    'IntelligentTiering',
  ];
  return Object.fromEntries(
    kinds.flatMap(kind =>
      [
        ['Get', 'Get', ''],
        ['List', 'Get', 's'],
        ['Put', 'Put', ''],
        ['Delete', 'Put', ''],
      ].flatMap(([verb = '', right = '', plural = '']) => {
        const rule = [{ actions: [`s3:${right}${kind}Configuration`], resource: bucket }];
        return [
          [`S3.${verb}Bucket${kind}Configuration${plural}`, rule],
          [`S3.${verb}Bucket${kind}`, rule],
        ];
      }),
    ),
  );
}

function versioned({ action, ofVersion }: { readonly action: string; readonly ofVersion: string }): Exception {
  return ({ query }) => [{ actions: [query.has('versionId') ? ofVersion : action], resource: object }];
}

/** The target is written, and the source, in a header, is read (`/bucket/key?versionId=…`, percent-encoded). */
function copied({ request }: Operation): readonly Rule[] {
  const source = decodeURI(request.headers.get('x-amz-copy-source') ?? '').replace(/^\//, '');
  const [path = '', version] = source.split('?versionId=');
  const resource = path.startsWith('arn:') ? path : `arn:{Partition}:s3:::${path.replaceAll(/[{}]/g, '*')}`;
  return [
    { actions: ['s3:PutObject'], resource: object },
    { actions: [version === undefined ? 's3:GetObject' : 's3:GetObjectVersion'], resource },
  ];
}

function decodeURI(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** By the address of a queue: `https://sqs.<region>.amazonaws.com/<account>/<name>`. */
function ofQueues(actions: Readonly<Record<string, string>>): Record<string, Exception> {
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]): [string, Exception] => [
      `SQS.${name}`,
      ({ members, request }) => {
        const url = URL.parse(members.get('QueueUrl') ?? request.path, 'https://queue');
        const [account = '', queue = ''] = url?.pathname.split('/').slice(-2) ?? [];
        const isQueue = /^\d{12}$/.test(account) && /^[\w-]{1,80}(\.fifo)?$/.test(queue);
        return [
          {
            actions: [`sqs:${action}`],
            resource: `arn:{Partition}:sqs:{Region}:${isQueue ? `${account}:${queue}` : '{Account}:*'}`,
          },
        ];
      },
    ]),
  );
}

interface Named {
  readonly action: string;
  readonly resource: string;
  /** A member that has the whole ARN, where it is given. */
  readonly arn?: string;
}

function named({ action, resource, arn }: Named): Exception {
  return ({ members }) => [
    { actions: [action], resource: arn !== undefined && members.has(arn) ? `{.${arn}}` : resource },
  ];
}

function published({ members }: Operation): readonly Rule[] {
  const topic = ['TopicArn', 'TargetArn'].find(name => members.has(name));
  return [{ actions: ['sns:Publish'], resource: topic === undefined ? '*' : `{.${topic}}` }];
}

/** A function is named by its name, `account:function:name` or its ARN, each with a version or alias behind a colon. */
function invoked({ pathParts }: Operation): readonly Rule[] {
  const name = pathParts.get('FunctionName') ?? '*';
  const last = name.startsWith('arn:') ? name : `${lambda}${name.replace(/^.*function:/, '').replaceAll(/[{}]/g, '*')}`;
  return [{ actions: ['lambda:InvokeFunction'], resource: last }];
}

const writes = { ConditionCheck: 'ConditionCheckItem', Put: 'PutItem', Update: 'UpdateItem', Delete: 'DeleteItem' };

function transacted({ request }: Operation): readonly Rule[] {
  const text = request.bodyStart.toString('latin1');
  const seen = Object.entries(writes).filter(([member]) => text.includes(`"${member}"`));
  return [{ actions: seen.map(([, action]) => `dynamodb:${action}`), resource: anyTable }];
}

const verbs = { SELECT: 'PartiQLSelect', INSERT: 'PartiQLInsert', UPDATE: 'PartiQLUpdate', DELETE: 'PartiQLDelete' };

function partiql({ request }: Operation): readonly Rule[] {
  const text = request.bodyStart.toString('latin1');
  const seen = Object.entries(verbs).filter(([verb]) => new RegExp(`"\\s*${verb}\\b`, 'i').test(text));
  return [{ actions: seen.map(([, action]) => `dynamodb:${action}`), resource: anyTable }];
}

function indexed(action: string): Exception {
  return ({ members }) => [
    { actions: [action], resource: members.has('IndexName') ? `${table}/index/{.IndexName}` : table },
  ];
}

/** Keys by id or ARN; an alias is not what a permission is given for. */
function ofKeys(names: readonly string[]): Record<string, Exception> {
  return Object.fromEntries(
    names.map((name): [string, Exception] => [
      `KMS.${name}`,
      ({ members }) => {
        const id = members.get('KeyId') ?? '*';
        const isKey = id.startsWith('arn:') ? !id.includes(':alias/') : !id.startsWith('alias/');
        const key = isKey ? '{.KeyId}' : '*';
        return [{ actions: [`kms:${name}`], resource: `arn:{Partition}:kms:{Region}:{Account}:key/${key}` }];
      },
    ]),
  );
}

/** The ARN of a secret ends with a dash and six letters, which its name does not have. */
function ofSecrets(names: readonly string[]): Record<string, Exception> {
  return Object.fromEntries(
    names.map((name): [string, Exception] => [
      `Secrets Manager.${name}`,
      [
        {
          actions: [`secretsmanager:${name}`],
          resource: 'arn:{Partition}:secretsmanager:{Region}:{Account}:secret:{.SecretId}-*',
        },
      ],
    ]),
  );
}

/** The name of a parameter may begin with a slash, which its ARN has anyway. */
function ofParameters(names: readonly string[], member: '.Name' | '.Path'): Record<string, Exception> {
  return Object.fromEntries(
    names.map((name): [string, Exception] => [
      `SSM.${name}`,
      ({ members }) => {
        const slash = members.get(member.slice(1))?.startsWith('/') === true ? '' : '/';
        const resource = `arn:{Partition}:ssm:{Region}:{Account}:parameter${slash}{${member}}`;
        return [{ actions: [`ssm:${name}`], resource: name === 'GetParametersByPath' ? `${resource}*` : resource }];
      },
    ]),
  );
}

function model(id: string): string {
  return `arn:{Partition}:bedrock:{Region}::foundation-model/${id}`;
}

/** IAM knows the methods of API Gateway's own API, and its paths. */
function apiGateway({ request: { method, path } }: Operation): readonly Rule[] {
  const resource = `arn:{Partition}:apigateway:{Region}::${(path.split('?')[0] ?? '').replaceAll(/[{}]/g, '*')}`;
  return [{ actions: [`apigateway:${method}`], resource }];
}
