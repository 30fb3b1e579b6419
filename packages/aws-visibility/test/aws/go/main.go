// Calls of AWS's SDK for Go: prints one line each, the same whether they go through a proxy or not. Nothing but the
// region is set: the names of endpoints, protocols and retries are the SDK's own.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	evtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	kintypes "github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http"
)

var out = bufio.NewWriter(os.Stdout)
var s = aws.String

// call does one operation and writes what show makes of its answer, or the code of the error that the service answers.
func call[I, O, P any](name string, do func(context.Context, *I, ...func(*P)) (*O, error), in *I, show ...func(*O) any) *O {
	defer out.Flush()
	answer, err := do(context.Background(), in)
	if err != nil {
		var problem smithy.APIError
		var response *http.ResponseError
		if !errors.As(err, &problem) || !errors.As(err, &response) {
			fmt.Fprintln(os.Stderr, name, err)
			os.Exit(1)
		}
		fmt.Fprintln(out, name, response.HTTPStatusCode(), problem.ErrorCode())
		return new(O)
	}
	shown := []any{}
	for _, member := range show {
		shown = append(shown, member(answer))
	}
	text, err := json.Marshal(shown)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(out, name, "ok", string(text))
	return answer
}

func main() {
	defer out.Flush()
	cfg, err := config.LoadDefaultConfig(context.Background(), config.WithRegion("eu-west-1"))
	if err != nil {
		panic(err)
	}
	objects(s3.NewFromConfig(cfg))
	queues(sqs.NewFromConfig(cfg))
	topics(sns.NewFromConfig(cfg))
	tables(dynamodb.NewFromConfig(cfg))
	keys(kms.NewFromConfig(cfg))
	streams(kinesis.NewFromConfig(cfg))

	who := sts.NewFromConfig(cfg)
	call("sts.GetCallerIdentity", who.GetCallerIdentity, &sts.GetCallerIdentityInput{}, func(o *sts.GetCallerIdentityOutput) any { return o.Account })
	call("sts.AssumeRole", who.AssumeRole, &sts.AssumeRoleInput{RoleArn: s("arn:aws:iam::123456789012:role/app"), RoleSessionName: s("session")})

	secrets := secretsmanager.NewFromConfig(cfg)
	call("secretsmanager.CreateSecret", secrets.CreateSecret, &secretsmanager.CreateSecretInput{Name: s("db/password"), SecretString: s("geheim")})
	call("secretsmanager.GetSecretValue", secrets.GetSecretValue, &secretsmanager.GetSecretValueInput{SecretId: s("db/password")}, func(o *secretsmanager.GetSecretValueOutput) any { return o.SecretString })
	call("secretsmanager.DescribeSecret", secrets.DescribeSecret, &secretsmanager.DescribeSecretInput{SecretId: s("none")})

	parameters := ssm.NewFromConfig(cfg)
	call("ssm.PutParameter", parameters.PutParameter, &ssm.PutParameterInput{Name: s("/app/db"), Value: s("x"), Type: ssmtypes.ParameterTypeString}, func(o *ssm.PutParameterOutput) any { return o.Version })
	call("ssm.GetParameter", parameters.GetParameter, &ssm.GetParameterInput{Name: s("/app/db")}, func(o *ssm.GetParameterOutput) any { return o.Parameter.Value })
	call("ssm.GetParametersByPath", parameters.GetParametersByPath, &ssm.GetParametersByPathInput{Path: s("/app")}, func(o *ssm.GetParametersByPathOutput) any { return len(o.Parameters) })

	// By Smithy's RPC v2 CBOR.
	metrics := cloudwatch.NewFromConfig(cfg)
	call("cloudwatch.PutMetricData", metrics.PutMetricData, &cloudwatch.PutMetricDataInput{Namespace: s("App"), MetricData: []cwtypes.MetricDatum{{MetricName: s("m"), Value: aws.Float64(1)}}})
	call("cloudwatch.ListMetrics", metrics.ListMetrics, &cloudwatch.ListMetricsInput{Namespace: s("App")}, func(o *cloudwatch.ListMetricsOutput) any { return len(o.Metrics) })
	call("cloudwatch.DescribeAlarms", metrics.DescribeAlarms, &cloudwatch.DescribeAlarmsInput{}, func(o *cloudwatch.DescribeAlarmsOutput) any { return len(o.MetricAlarms) })

	logs := cloudwatchlogs.NewFromConfig(cfg)
	call("logs.CreateLogGroup", logs.CreateLogGroup, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: s("/app")})
	call("logs.CreateLogStream", logs.CreateLogStream, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: s("/app"), LogStreamName: s("s1")})
	now := aws.Int64(time.Now().UnixMilli())
	call("logs.PutLogEvents", logs.PutLogEvents, &cloudwatchlogs.PutLogEventsInput{LogGroupName: s("/app"), LogStreamName: s("s1"), LogEvents: []logtypes.InputLogEvent{{Message: s("m"), Timestamp: now}}})
	call("logs.DescribeLogGroups", logs.DescribeLogGroups, &cloudwatchlogs.DescribeLogGroupsInput{}, func(o *cloudwatchlogs.DescribeLogGroupsOutput) any { return len(o.LogGroups) })

	events := eventbridge.NewFromConfig(cfg)
	entries := []evtypes.PutEventsRequestEntry{{Source: s("a"), DetailType: s("b"), Detail: s("{}")}}
	call("events.PutEvents", events.PutEvents, &eventbridge.PutEventsInput{Entries: entries}, func(o *eventbridge.PutEventsOutput) any { return o.FailedEntryCount })
	call("events.ListRules", events.ListRules, &eventbridge.ListRulesInput{}, func(o *eventbridge.ListRulesOutput) any { return len(o.Rules) })
}

func objects(c *s3.Client) {
	bucket, key := s("photos"), s("2026/a b.jpg")
	photo := strings.Repeat("the bytes of a photo", 50_000)
	call("s3.CreateBucket", c.CreateBucket, &s3.CreateBucketInput{Bucket: bucket, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	call("s3.PutObject", c.PutObject, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader(photo)}, func(o *s3.PutObjectOutput) any { return o.ETag })
	got := call("s3.GetObject", c.GetObject, &s3.GetObjectInput{Bucket: bucket, Key: key}, func(o *s3.GetObjectOutput) any { return o.ContentLength })
	hash := sha256.New()
	if _, err := io.Copy(hash, got.Body); err != nil {
		panic(err)
	}
	fmt.Fprintf(out, "%x\n", hash.Sum(nil))
	// What cannot be read twice goes with its checksum behind it: aws-chunked, with a trailer.
	stream := struct{ io.Reader }{strings.NewReader(photo)}
	call("s3.PutObject", c.PutObject, &s3.PutObjectInput{Bucket: bucket, Key: s("stream"), Body: stream, ContentLength: aws.Int64(int64(len(photo)))}, func(o *s3.PutObjectOutput) any { return []*string{o.ETag, o.ChecksumCRC32} })
	call("s3.HeadObject", c.HeadObject, &s3.HeadObjectInput{Bucket: bucket, Key: key}, func(o *s3.HeadObjectOutput) any { return o.ContentLength })
	call("s3.GetObject", c.GetObject, &s3.GetObjectInput{Bucket: bucket, Key: s("missing")})
	call("s3.GetObject", c.GetObject, &s3.GetObjectInput{Bucket: bucket, Key: s("stream"), Range: s("bytes=0-9")}, func(o *s3.GetObjectOutput) any { return o.ContentRange })
	call("s3.ListObjectsV2", c.ListObjectsV2, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: s("2026/")}, func(o *s3.ListObjectsV2Output) any { return o.KeyCount })
	call("s3.ListBuckets", c.ListBuckets, &s3.ListBucketsInput{}, func(o *s3.ListBucketsOutput) any { return len(o.Buckets) })
	call("s3.CopyObject", c.CopyObject, &s3.CopyObjectInput{Bucket: bucket, Key: s("copy"), CopySource: s("photos/stream")})
	upload := call("s3.CreateMultipartUpload", c.CreateMultipartUpload, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: s("big")}).UploadId
	part := call("s3.UploadPart", c.UploadPart, &s3.UploadPartInput{Bucket: bucket, Key: s("big"), UploadId: upload, PartNumber: aws.Int32(1), Body: strings.NewReader(photo)}, func(o *s3.UploadPartOutput) any { return o.ETag })
	parts := &s3types.CompletedMultipartUpload{Parts: []s3types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1)}}}
	call("s3.CompleteMultipartUpload", c.CompleteMultipartUpload, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: s("big"), UploadId: upload, MultipartUpload: parts}, func(o *s3.CompleteMultipartUploadOutput) any { return o.Key })
	call("s3.DeleteObjects", c.DeleteObjects, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &s3types.Delete{Objects: []s3types.ObjectIdentifier{{Key: s("copy")}}}}, func(o *s3.DeleteObjectsOutput) any { return len(o.Deleted) })
	call("s3.PutBucketTagging", c.PutBucketTagging, &s3.PutBucketTaggingInput{Bucket: bucket, Tagging: &s3types.Tagging{TagSet: []s3types.Tag{{Key: s("a"), Value: s("b")}}}})
	call("s3.GetBucketTagging", c.GetBucketTagging, &s3.GetBucketTaggingInput{Bucket: bucket}, func(o *s3.GetBucketTaggingOutput) any { return o.TagSet })
	call("s3.GetBucketLocation", c.GetBucketLocation, &s3.GetBucketLocationInput{Bucket: bucket}, func(o *s3.GetBucketLocationOutput) any { return o.LocationConstraint })
	call("s3.DeleteObject", c.DeleteObject, &s3.DeleteObjectInput{Bucket: bucket, Key: s("stream")})
}

func queues(c *sqs.Client) {
	url := call("sqs.CreateQueue", c.CreateQueue, &sqs.CreateQueueInput{QueueName: s("orders")}, func(o *sqs.CreateQueueOutput) any { return o.QueueUrl }).QueueUrl
	call("sqs.GetQueueUrl", c.GetQueueUrl, &sqs.GetQueueUrlInput{QueueName: s("orders")}, func(o *sqs.GetQueueUrlOutput) any { return o.QueueUrl })
	call("sqs.SendMessage", c.SendMessage, &sqs.SendMessageInput{QueueUrl: url, MessageBody: s(strings.Repeat("m", 5_000))}, func(o *sqs.SendMessageOutput) any { return o.MD5OfMessageBody })
	call("sqs.SendMessageBatch", c.SendMessageBatch, &sqs.SendMessageBatchInput{QueueUrl: url, Entries: []sqstypes.SendMessageBatchRequestEntry{{Id: s("1"), MessageBody: s("one")}}}, func(o *sqs.SendMessageBatchOutput) any { return len(o.Successful) })
	call("sqs.ReceiveMessage", c.ReceiveMessage, &sqs.ReceiveMessageInput{QueueUrl: url}, func(o *sqs.ReceiveMessageOutput) any { return len(o.Messages) })
	call("sqs.GetQueueAttributes", c.GetQueueAttributes, &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}}, func(o *sqs.GetQueueAttributesOutput) any { return o.Attributes })
	call("sqs.ListQueues", c.ListQueues, &sqs.ListQueuesInput{}, func(o *sqs.ListQueuesOutput) any { return o.QueueUrls })
	call("sqs.PurgeQueue", c.PurgeQueue, &sqs.PurgeQueueInput{QueueUrl: url})
}

func topics(c *sns.Client) {
	topic := call("sns.CreateTopic", c.CreateTopic, &sns.CreateTopicInput{Name: s("news")}, func(o *sns.CreateTopicOutput) any { return o.TopicArn }).TopicArn
	call("sns.Publish", c.Publish, &sns.PublishInput{TopicArn: topic, Message: s("hello")})
	call("sns.ListTopics", c.ListTopics, &sns.ListTopicsInput{}, func(o *sns.ListTopicsOutput) any { return len(o.Topics) })
	call("sns.GetTopicAttributes", c.GetTopicAttributes, &sns.GetTopicAttributesInput{TopicArn: topic})
}

func tables(c *dynamodb.Client) {
	table := s("carts")
	one := map[string]ddb.AttributeValue{"id": &ddb.AttributeValueMemberS{Value: "1"}}
	call("dynamodb.CreateTable", c.CreateTable, &dynamodb.CreateTableInput{
		TableName:            table,
		KeySchema:            []ddb.KeySchemaElement{{AttributeName: s("id"), KeyType: ddb.KeyTypeHash}},
		AttributeDefinitions: []ddb.AttributeDefinition{{AttributeName: s("id"), AttributeType: ddb.ScalarAttributeTypeS}},
		BillingMode:          ddb.BillingModePayPerRequest,
	})
	call("dynamodb.PutItem", c.PutItem, &dynamodb.PutItemInput{TableName: table, Item: one})
	call("dynamodb.GetItem", c.GetItem, &dynamodb.GetItemInput{TableName: table, Key: one}, func(o *dynamodb.GetItemOutput) any { return o.Item })
	total := map[string]ddb.AttributeValue{":total": &ddb.AttributeValueMemberN{Value: "13"}}
	call("dynamodb.UpdateItem", c.UpdateItem, &dynamodb.UpdateItemInput{TableName: table, Key: one, UpdateExpression: s("SET cost = :total"), ExpressionAttributeValues: total})
	id := map[string]ddb.AttributeValue{":id": &ddb.AttributeValueMemberS{Value: "1"}}
	call("dynamodb.Query", c.Query, &dynamodb.QueryInput{TableName: table, KeyConditionExpression: s("id = :id"), ExpressionAttributeValues: id}, func(o *dynamodb.QueryOutput) any { return o.Count })
	call("dynamodb.Scan", c.Scan, &dynamodb.ScanInput{TableName: table}, func(o *dynamodb.ScanOutput) any { return o.Items })
	two := map[string]ddb.AttributeValue{"id": &ddb.AttributeValueMemberS{Value: "2"}}
	writes := map[string][]ddb.WriteRequest{"carts": {{PutRequest: &ddb.PutRequest{Item: two}}}}
	call("dynamodb.BatchWriteItem", c.BatchWriteItem, &dynamodb.BatchWriteItemInput{RequestItems: writes})
	call("dynamodb.DeleteItem", c.DeleteItem, &dynamodb.DeleteItemInput{TableName: table, Key: one})
	call("dynamodb.DescribeTable", c.DescribeTable, &dynamodb.DescribeTableInput{TableName: s("none")})
}

func keys(c *kms.Client) {
	key := s("none")
	if made := call("kms.CreateKey", c.CreateKey, &kms.CreateKeyInput{}).KeyMetadata; made != nil {
		key = made.KeyId
	}
	sealed := call("kms.Encrypt", c.Encrypt, &kms.EncryptInput{KeyId: key, Plaintext: []byte("secret")}).CiphertextBlob
	call("kms.Decrypt", c.Decrypt, &kms.DecryptInput{CiphertextBlob: sealed, KeyId: key}, func(o *kms.DecryptOutput) any { return o.Plaintext })
	call("kms.GenerateDataKey", c.GenerateDataKey, &kms.GenerateDataKeyInput{KeyId: key, KeySpec: kmstypes.DataKeySpecAes256}, func(o *kms.GenerateDataKeyOutput) any { return len(o.Plaintext) })
}

func streams(c *kinesis.Client) {
	stream, key := s("clicks"), s("k")
	call("kinesis.CreateStream", c.CreateStream, &kinesis.CreateStreamInput{StreamName: stream, ShardCount: aws.Int32(1)})
	call("kinesis.PutRecord", c.PutRecord, &kinesis.PutRecordInput{StreamName: stream, Data: []byte("x"), PartitionKey: key})
	records := []kintypes.PutRecordsRequestEntry{{Data: []byte("y"), PartitionKey: key}}
	call("kinesis.PutRecords", c.PutRecords, &kinesis.PutRecordsInput{StreamName: stream, Records: records}, func(o *kinesis.PutRecordsOutput) any { return o.FailedRecordCount })
	call("kinesis.ListShards", c.ListShards, &kinesis.ListShardsInput{StreamName: stream}, func(o *kinesis.ListShardsOutput) any { return len(o.Shards) })
	call("kinesis.DescribeStreamSummary", c.DescribeStreamSummary, &kinesis.DescribeStreamSummaryInput{StreamName: stream}, func(o *kinesis.DescribeStreamSummaryOutput) any { return o.StreamDescriptionSummary.StreamName })
}
