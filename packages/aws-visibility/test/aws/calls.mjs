// Calls of AWS's SDK for JavaScript: prints one line each, the same whether they go through a proxy or not. Nothing but
// the region is set: the names of endpoints, protocols and retries are the SDK's own.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { stdout } from 'node:process';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import * as events from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as kinesis from '@aws-sdk/client-kinesis';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as sfn from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';

const region = 'eu-west-1';

/** A function that calls operations of a service by name, and writes the members of the answer that are named. */
function callsOf(service, name) {
  const client = new service[`${name}Client`]({ region });
  return async (operation, input = {}, ...members) => {
    try {
      const answer = await client.send(new service[`${operation}Command`](input));
      const shown = JSON.stringify(members.map(member => answer[member]));
      stdout.write(`${name}.${operation} ${answer.$metadata.httpStatusCode} ${shown}\n`);
      return answer;
    } catch (error) {
      // An error of the service is an answer; without one there was none.
      const status = error.$metadata?.httpStatusCode;
      if (status === undefined) throw error;
      stdout.write(`${name}.${operation} ${status} ${error.name}\n`);
      return {};
    }
  };
}

const hash = bytes => createHash('sha256').update(bytes).digest('hex');

const toS3 = callsOf(s3, 'S3');
const Bucket = 'photos';
const Key = '2026/a b.jpg';
const photo = Buffer.alloc(1_048_576, 'the bytes of a photo');
await toS3('CreateBucket', { Bucket, CreateBucketConfiguration: { LocationConstraint: region } });
await toS3('PutObject', { Bucket, Key, Body: photo }, 'ETag', 'ChecksumCRC32');
const got = await toS3('GetObject', { Bucket, Key }, 'ContentLength');
stdout.write(`${hash(await got.Body.transformToByteArray())}\n`);
// Of a stream the checksum is sent behind it: aws-chunked, with a trailer.
const pieces = Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(16_384, 'x')));
await toS3('PutObject', { Bucket, Key: 'stream', Body: pieces, ContentLength: 64 * 16_384 }, 'ETag', 'ChecksumCRC32');
await toS3('PutObject', { Bucket, Key: 'empty', Body: '' }, 'ETag');
await toS3('HeadObject', { Bucket, Key }, 'ContentLength');
await toS3('HeadObject', { Bucket, Key: 'missing' });
await toS3('GetObject', { Bucket, Key: 'missing' });
await toS3('GetObject', { Bucket, Key: 'stream', Range: 'bytes=0-9' }, 'ContentLength', 'ContentRange');
await toS3('ListObjectsV2', { Bucket, Prefix: '2026/' }, 'KeyCount');
await toS3('ListBuckets', {});
await toS3('CopyObject', { Bucket, Key: 'copy', CopySource: 'photos/stream' });
const { UploadId } = await toS3('CreateMultipartUpload', { Bucket, Key: 'big' }, 'Bucket');
const part = await toS3(
  'UploadPart',
  { Bucket, Key: 'big', UploadId, PartNumber: 1, Body: Buffer.alloc(5_300_000) },
  'ETag',
);
const MultipartUpload = { Parts: [{ ETag: part.ETag, PartNumber: 1 }] };
await toS3('CompleteMultipartUpload', { Bucket, Key: 'big', UploadId, MultipartUpload }, 'Key');
await toS3('DeleteObjects', { Bucket, Delete: { Objects: [{ Key: 'copy' }] } });
await toS3('PutBucketTagging', { Bucket, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } });
await toS3('GetBucketTagging', { Bucket }, 'TagSet');
await toS3('DeleteObject', { Bucket, Key: 'stream' });

const toSqs = callsOf(sqs, 'SQS');
await toSqs('CreateQueue', { QueueName: 'orders' }, 'QueueUrl');
// As AWS says it; moto, which stands behind TLS, says `http`.
const QueueUrl = `https://sqs.${region}.amazonaws.com/123456789012/orders`;
await toSqs('GetQueueUrl', { QueueName: 'orders' }, 'QueueUrl');
await toSqs('SendMessage', { QueueUrl, MessageBody: 'm'.repeat(5_000) }, 'MD5OfMessageBody');
await toSqs('SendMessageBatch', { QueueUrl, Entries: [{ Id: '1', MessageBody: 'one' }] });
await toSqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 1 });
await toSqs('GetQueueAttributes', { QueueUrl, AttributeNames: ['QueueArn'] }, 'Attributes');
await toSqs('ListQueues', {}, 'QueueUrls');
await toSqs('PurgeQueue', { QueueUrl });

const toSns = callsOf(sns, 'SNS');
const { TopicArn } = await toSns('CreateTopic', { Name: 'news' }, 'TopicArn');
await toSns('Publish', { TopicArn, Message: 'hello' });
await toSns('ListTopics', {}, 'Topics');
await toSns('GetTopicAttributes', { TopicArn });

const toDynamo = callsOf(dynamodb, 'DynamoDB');
const TableName = 'carts';
await toDynamo('CreateTable', {
  TableName,
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
});
await toDynamo('PutItem', { TableName, Item: { id: { S: '1' }, cost: { N: '12.5' } } });
await toDynamo('GetItem', { TableName, Key: { id: { S: '1' } } }, 'Item');
await toDynamo('UpdateItem', {
  TableName,
  Key: { id: { S: '1' } },
  UpdateExpression: 'SET cost = :cost',
  ExpressionAttributeValues: { ':cost': { N: '13' } },
});
await toDynamo(
  'Query',
  { TableName, KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': { S: '1' } } },
  'Count',
);
await toDynamo('Scan', { TableName }, 'Count', 'Items');
await toDynamo('BatchWriteItem', { RequestItems: { [TableName]: [{ PutRequest: { Item: { id: { S: '2' } } } }] } });
await toDynamo('DeleteItem', { TableName, Key: { id: { S: '1' } } });
await toDynamo('DescribeTable', { TableName: 'none' });

const toSts = callsOf(sts, 'STS');
await toSts('GetCallerIdentity', {}, 'Account');
await toSts('AssumeRole', { RoleArn: 'arn:aws:iam::123456789012:role/app', RoleSessionName: 'session' });

const toIam = callsOf(iam, 'IAM');
const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
await toIam('CreateRole', { RoleName: 'app', AssumeRolePolicyDocument });
await toIam('GetRole', { RoleName: 'app' });
await toIam('ListRoles', {}, 'IsTruncated');

const toEc2 = callsOf(ec2, 'EC2');
await toEc2('DescribeInstances', {}, 'Reservations');
await toEc2('DescribeRegions', {});
await toEc2('DescribeVpcs', {});

const toKms = callsOf(kms, 'KMS');
const { KeyMetadata: { KeyId } = {} } = await toKms('CreateKey', {});
const { CiphertextBlob } = await toKms('Encrypt', { KeyId, Plaintext: Buffer.from('secret') });
await toKms('Decrypt', { CiphertextBlob, KeyId }, 'Plaintext');
await toKms('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });

const toLambda = callsOf(lambda, 'Lambda');
await toLambda('ListFunctions', {}, 'Functions');
await toLambda('GetFunction', { FunctionName: 'resize' });
await toLambda('Invoke', { FunctionName: 'resize', Payload: '{}' });

const toSecrets = callsOf(secrets, 'SecretsManager');
await toSecrets('CreateSecret', { Name: 'db/password', SecretString: 'geheim' }, 'Name');
await toSecrets('GetSecretValue', { SecretId: 'db/password' }, 'SecretString');

const toSsm = callsOf(ssm, 'SSM');
await toSsm('PutParameter', { Name: '/app/db', Value: 'x', Type: 'String' }, 'Version');
await toSsm('GetParameter', { Name: '/app/db' });
await toSsm('GetParametersByPath', { Path: '/app' });

// Over HTTP/2.
const toKinesis = callsOf(kinesis, 'Kinesis');
await toKinesis('CreateStream', { StreamName: 'clicks', ShardCount: 1 });
await toKinesis('PutRecord', { StreamName: 'clicks', Data: Buffer.from('x'), PartitionKey: 'k' });
await toKinesis('PutRecords', { StreamName: 'clicks', Records: [{ Data: Buffer.from('y'), PartitionKey: 'k' }] });
await toKinesis('ListShards', { StreamName: 'clicks' });
await toKinesis('DescribeStreamSummary', { StreamName: 'clicks' });

const toCloudWatch = callsOf(cloudwatch, 'CloudWatch');
await toCloudWatch('PutMetricData', { Namespace: 'App', MetricData: [{ MetricName: 'm', Value: 1 }] });
await toCloudWatch('ListMetrics', { Namespace: 'App' }, 'Metrics');
await toCloudWatch('DescribeAlarms', {}, 'MetricAlarms');

const toLogs = callsOf(logs, 'CloudWatchLogs');
await toLogs('CreateLogGroup', { logGroupName: '/app' });
await toLogs('CreateLogStream', { logGroupName: '/app', logStreamName: 's1' });
const logEvents = [{ timestamp: Date.now(), message: 'm' }];
await toLogs('PutLogEvents', { logGroupName: '/app', logStreamName: 's1', logEvents });

const toEvents = callsOf(events, 'EventBridge');
await toEvents('PutEvents', { Entries: [{ Source: 'a', DetailType: 'b', Detail: '{}' }] }, 'FailedEntryCount');
await toEvents('ListRules', {}, 'Rules');

await callsOf(sfn, 'SFN')('ListStateMachines', {}, 'stateMachines');
