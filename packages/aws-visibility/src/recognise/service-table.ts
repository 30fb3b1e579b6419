/** Service models by the name that requests to them are signed for; several share one (`rds`, `ses`). */
export type ServiceTable = Readonly<Record<string, readonly ServiceModel[]>>;

export interface ServiceModel {
  /** `DynamoDB`. */
  readonly id: string;
  /** The prefix of its actions in IAM; empty where IAM has none. */
  readonly iam: string;
  /** The first part of its host names. */
  readonly endpoint: string;
  /** As Smithy names them: `json`, `query`, `ec2`, `rest-json`, `rest-xml`, `smithy-rpc-v2-cbor`. */
  readonly protocols: readonly string[];
  /** The version of its API, by which models of one name are distinguished in `query`. */
  readonly version: string;
  /** What stands before the dot in `X-Amz-Target`. */
  readonly target?: string;
  readonly operations: readonly OperationRow[];
}

/**
 * Name; the IAM action, empty where there is none of that name; the ARN it is about, empty where the request does not
 * say; for REST its method and path. In an ARN `{name}` is a part of the path, `{?name}` of the query, `{:name}` a
 * header, `{.name}` a member of the body, and `{Partition}`, `{Region}` and `{Account}` are what they say.
 */
export type OperationRow = readonly string[];
