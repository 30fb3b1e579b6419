import { accountOf } from './credential-scope.ts';
import type { Operation } from './operation.ts';

/** Where a workload stands: what ARNs have in common. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  /** `*` where it is not known. */
  readonly account: string;
}

export function placeOf({ scope, endpoint }: Operation, account: string | undefined): Place {
  const region = scope?.region ?? endpoint?.region ?? '*';
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const ofKey = scope === undefined ? undefined : accountOf(scope.accessKeyId);
  return { partition, region, account: account ?? ofKey ?? '*' };
}

const placeholder = /\{([?:.]?)([\w.:-]+)\}/g;
/** Longer ones are none of IAM. */
const longest = 2048;

/**
 * A template of the service table with what the request says; `*` for what it does not say. A value that is an ARN
 * already is the answer.
 */
export function fillArn(template: string, operation: Operation, place: Place): string {
  let whole: string | undefined;
  const filled = template.replaceAll(placeholder, (_, ...[where = '', name = '']: readonly string[]) => {
    const value = lookUp(operation, place, { where, name });
    if (value === undefined || value === '' || value.length > longest) return '*';
    if (value.startsWith('arn:')) whole ??= value;
    return value;
  });
  const arn = whole ?? filled;
  return arn.startsWith('arn:') && arn.length <= longest ? arn : '*';
}

function lookUp(
  { pathParts, query, request, members }: Operation,
  place: Place,
  { where, name }: { readonly where: string; readonly name: string },
): string | undefined {
  switch (where) {
    case '?':
      return query.get(name) ?? undefined;
    case ':':
      return request.headers.get(name);
    case '.':
      return members.get(name) ?? members.get(`${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`);
    default:
      return { Partition: place.partition, Region: place.region, Account: place.account }[name] ?? pathParts.get(name);
  }
}
