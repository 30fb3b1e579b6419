import { expect, test } from 'vitest';
import services from '../recognise/services.generated.json' with { type: 'json' };
import { AwsNames } from './aws-names.ts';

const names = new AwsNames(services);

test.each([
  'sqs.eu-west-1.amazonaws.com',
  'photos.s3.eu-west-1.amazonaws.com',
  'photos.s3.amazonaws.com',
  's3.dualstack.us-east-1.amazonaws.com',
  'api.ecr.us-east-1.amazonaws.com',
  'streams.dynamodb.us-east-1.amazonaws.com',
  '123456789012.ddb.us-east-1.amazonaws.com',
  'sts.amazonaws.com',
  'iam.amazonaws.com',
  'lambda.eu-west-1.api.aws',
  'dynamodb.cn-north-1.amazonaws.com.cn',
])('%s is an endpoint of an API', name => {
  expect(names.has(name)).toBe(true);
});

test.each([
  'mydb.abcdefgh.us-east-1.rds.amazonaws.com',
  'my-lb-123.us-east-1.elb.amazonaws.com',
  'redis.abc.0001.use1.cache.amazonaws.com',
  'ABCDEF.gr7.us-east-1.eks.amazonaws.com',
  'abc123.execute-api.us-east-1.amazonaws.com',
  'ec2-1-2-3-4.compute-1.amazonaws.com',
  'ip-10-0-0-1.eu-west-1.compute.internal',
  'amazonaws.com',
  'example.com',
  'sqs.eu-west-1.amazonaws.com.example.com',
])('%s is none, and is left alone', name => {
  expect(names.has(name)).toBe(false);
});
