"""Calls of boto3 to AWS: prints one line each, the same whether they go through a proxy or not."""

import hashlib
import json
import os
import sys

import boto3
from botocore.config import Config

endpoint = os.environ.get("DIRECT")
config = Config(retries={"max_attempts": 1}, connect_timeout=20, read_timeout=60)


def client(service):
    return boto3.client(service, region_name="eu-west-1", config=config, endpoint_url=endpoint)


def show(name, answer, *members):
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    print(name, status, json.dumps([answer.get(member) for member in members], default=str, sort_keys=True))


s3, sqs, sns, dynamodb = client("s3"), client("sqs"), client("sns"), client("dynamodb")
bucket = {"Bucket": "photos"}
location = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
show("s3.create_bucket", s3.create_bucket(**bucket, **location))
show("s3.put_object", s3.put_object(**bucket, Key="2026/a b.jpg", Body=bytes(range(256)) * 4096), "ETag")
got = s3.get_object(**bucket, Key="2026/a b.jpg")
show("s3.get_object", got, "ContentLength")
print(hashlib.sha256(got["Body"].read()).hexdigest())
show("s3.head_object", s3.head_object(**bucket, Key="2026/a b.jpg"), "ContentLength")
show("s3.list_objects_v2", s3.list_objects_v2(**bucket), "KeyCount")
show("s3.list_buckets", s3.list_buckets())
show("s3.copy_object", s3.copy_object(**bucket, Key="copy", CopySource={"Bucket": "photos", "Key": "2026/a b.jpg"}))
upload = s3.create_multipart_upload(**bucket, Key="big")["UploadId"]
part = s3.upload_part(**bucket, Key="big", UploadId=upload, PartNumber=1, Body=b"x" * 5_300_000)
parts = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
show("s3.complete", s3.complete_multipart_upload(**bucket, Key="big", UploadId=upload, MultipartUpload=parts))
show("s3.delete_objects", s3.delete_objects(**bucket, Delete={"Objects": [{"Key": "copy"}]}))
show("s3.put_bucket_tagging", s3.put_bucket_tagging(**bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}))
show("s3.get_bucket_tagging", s3.get_bucket_tagging(**bucket), "TagSet")
try:
    s3.get_object(**bucket, Key="missing")
except s3.exceptions.NoSuchKey as error:
    print("s3.missing", error.response["Error"]["Code"])

url = sqs.create_queue(QueueName="orders")["QueueUrl"]
show("sqs.send_message", sqs.send_message(QueueUrl=url, MessageBody="m" * 5000), "MD5OfMessageBody")
show("sqs.receive_message", sqs.receive_message(QueueUrl=url))
show("sqs.get_queue_attributes", sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"]), "Attributes")
show("sqs.purge_queue", sqs.purge_queue(QueueUrl=url))
topic = sns.create_topic(Name="news")["TopicArn"]
show("sns.publish", sns.publish(TopicArn=topic, Message="hello"))
show("sns.list_topics", sns.list_topics(), "Topics")

keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
types = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
dynamodb.create_table(TableName="carts", **keys, **types, BillingMode="PAY_PER_REQUEST")
for number in range(5):
    show("dynamodb.put_item", dynamodb.put_item(TableName="carts", Item={"id": {"S": str(number)}}))
show("dynamodb.get_item", dynamodb.get_item(TableName="carts", Key={"id": {"S": "1"}}), "Item")
show("dynamodb.scan", dynamodb.scan(TableName="carts"), "Count")
show("dynamodb.delete_item", dynamodb.delete_item(TableName="carts", Key={"id": {"S": "1"}}))
show("dynamodb.describe_table", dynamodb.describe_table(TableName="carts"))

show("sts.get_caller_identity", client("sts").get_caller_identity(), "Account")
role = {"RoleArn": "arn:aws:iam::123456789012:role/app", "RoleSessionName": "session"}
show("sts.assume_role", client("sts").assume_role(**role))
kms = client("kms")
key = kms.create_key()["KeyMetadata"]["KeyId"]
sealed = kms.encrypt(KeyId=key, Plaintext=b"secret")
show("kms.encrypt", sealed)
show("kms.decrypt", kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], KeyId=key), "Plaintext")
secrets = client("secretsmanager")
secrets.create_secret(Name="db/password", SecretString="geheim")
show("secretsmanager.get_secret_value", secrets.get_secret_value(SecretId="db/password"), "SecretString")
ssm = client("ssm")
show("ssm.put_parameter", ssm.put_parameter(Name="/app/db", Value="x", Type="String"))
show("ssm.get_parameter", ssm.get_parameter(Name="/app/db"))
show("ec2.describe_instances", client("ec2").describe_instances(), "Reservations")
show("cloudwatch.put_metric_data", client("cloudwatch").put_metric_data(Namespace="App", MetricData=[{"MetricName": "m", "Value": 1.0}]))
logs = client("logs")
logs.create_log_group(logGroupName="/app")
logs.create_log_stream(logGroupName="/app", logStreamName="s1")
events = [{"timestamp": 1_795_000_000_000, "message": "m"}]
show("logs.put_log_events", logs.put_log_events(logGroupName="/app", logStreamName="s1", logEvents=events))
kinesis = client("kinesis")
kinesis.create_stream(StreamName="clicks", ShardCount=1)
show("kinesis.put_record", kinesis.put_record(StreamName="clicks", Data=b"x", PartitionKey="k"))
show("events.put_events", client("events").put_events(Entries=[{"Source": "a", "DetailType": "b", "Detail": "{}"}]), "FailedEntryCount")
show("iam.list_roles", client("iam").list_roles(), "Roles")
show("lambda.list_functions", client("lambda").list_functions(), "Functions")
for service, operation in [
    ("rds", "describe_db_instances"),
    ("elbv2", "describe_load_balancers"),
    ("route53", "list_hosted_zones"),
    ("cloudfront", "list_distributions"),
    ("ecr", "describe_repositories"),
    ("stepfunctions", "list_state_machines"),
    ("acm", "list_certificates"),
    ("cloudformation", "list_stacks"),
    ("autoscaling", "describe_auto_scaling_groups"),
    ("efs", "describe_file_systems"),
    ("glue", "get_databases"),
    ("athena", "list_work_groups"),
    ("apigateway", "get_rest_apis"),
    ("eks", "list_clusters"),
    ("ecs", "list_clusters"),
    ("redshift", "describe_clusters"),
    ("batch", "describe_job_queues"),
    ("codebuild", "list_projects"),
    ("mq", "list_brokers"),
]:
    show(f"{service}.{operation}", getattr(client(service), operation)())
sys.stdout.flush()
