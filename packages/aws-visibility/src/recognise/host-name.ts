/** What the name of an endpoint says. */
export interface Endpoint {
  /** The first label of the service's own part, such as `dynamodb` or `s3`. */
  readonly service: string;
  /** Undefined for endpoints of the whole partition, such as `iam.amazonaws.com`. */
  readonly region: string | undefined;
  /** What stands before the service: the bucket of S3, an account. */
  readonly before: string;
}

const domains = ['.amazonaws.com', '.amazonaws.com.cn', '.api.aws'];
const regionName = /^(us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-iso|us-isob|eu-isoe|us-isof|eusc)(-\w+)+-\d+$/;
/** Labels that say how an endpoint is reached, not which. */
const manner: ReadonlySet<string> = new Set(['dualstack', 'fips']);

/** Undefined for names that are no endpoint of AWS. */
export function parseEndpoint(host: string): Endpoint | undefined {
  const domain = domains.find(each => host.endsWith(each));
  if (domain === undefined) return undefined;
  const labels = host.slice(0, -domain.length).split('.');
  let region: string | undefined;
  const last = labels.at(-1) ?? '';
  if (regionName.test(last)) {
    region = last;
    labels.pop();
  } else if (/^s3[-.]/.test(last) && regionName.test(last.slice(3))) {
    // The oldest form: `s3-eu-west-1.amazonaws.com`.
    region = last.slice(3);
    labels.splice(-1, 1, 's3');
  }
  while (labels.length > 1 && manner.has(labels.at(-1) ?? '')) labels.pop();
  const service = labels.pop()?.replace(/-fips$/, '') ?? '';
  return service === '' ? undefined : { service, region, before: labels.join('.') };
}
