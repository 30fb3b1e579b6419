/** A request to AWS as far as it is looked at: its head and the first bytes of its body. */
export interface AwsRequest {
  readonly method: string;
  /** Without its port, in lower case. */
  readonly host: string;
  /** Path and query, as sent. */
  readonly path: string;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bodyStart: Buffer;
}

/** Bytes of a body that are looked at. */
export const peekedBytes = 1024;

/** What a workload did with one resource. */
export interface Statement {
  /** As IAM names them, such as `s3:GetObject`. */
  readonly actions: readonly string[];
  /** An ARN, with `*` for what the request does not say. */
  readonly resource: string;
}
