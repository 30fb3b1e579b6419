import { fillArn, placeOf } from './arn.ts';
import { exceptionFor } from './exceptions.ts';
import type { Operations } from './operation.ts';
import type { AwsRequest, Statement } from './request.ts';

/** What a request wants of AWS, or why that cannot be said. */
export type Recognised =
  | {
      readonly kind: 'recognised';
      readonly service: string;
      readonly operation: string;
      readonly statements: readonly Statement[];
    }
  /** No operation of a service that is known. */
  | { readonly kind: 'unknown-operation' }
  /** The operation is known, and IAM has no action for it. */
  | { readonly kind: 'no-action'; readonly service: string; readonly operation: string };

/** `account`: that of the workload's role, where it is known. */
export function recognise(
  request: AwsRequest,
  { operations, account }: { readonly operations: Operations; readonly account?: string | undefined },
): Recognised {
  const operation = operations.find(request);
  if (operation === undefined) return { kind: 'unknown-operation' };
  const { service, name } = operation;
  const table = operation.action === '' ? [] : [{ actions: [operation.action], resource: operation.resource }];
  const rules = exceptionFor(operation);
  if (rules === undefined && table.length === 0) return { kind: 'no-action', service: service.id, operation: name };
  const place = placeOf(operation, account);
  const statements = (rules ?? table)
    .filter(({ actions }) => actions.length > 0)
    .map(({ actions, resource }) => ({ actions, resource: fillArn(resource, operation, place) }));
  return { kind: 'recognised', service: service.id, operation: name, statements };
}
