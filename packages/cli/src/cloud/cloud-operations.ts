import { operations, type MapperClient } from '@network-mapper/api';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../command.ts';
import { dataOf } from '../map-query.ts';
import { allPages } from '../page.ts';
import { withMapper } from '../reach-mapper.ts';

/** What one workload did to one resource of a cloud provider. */
export type CloudOperation = operations.CloudOperationsData['cloudOperations']['nodes'][number];

/** Which of them are asked for: all, where a member is not given. */
export type Narrowed = Pick<operations.CloudOperationsVariables, 'namespaces' | 'since' | 'provider'>;

export function queryCloudOperations(client: MapperClient, narrowed: Narrowed): Promise<readonly CloudOperation[]> {
  return allPages(
    async at =>
      dataOf(await client.ask({ ...operations.cloudOperations, variables: { ...narrowed, ...at } })).cloudOperations,
  );
}

/** The same from the mapper that a command is about. CliError where a snapshot is to be read: none has them. */
export function readCloudOperations(
  context: CommandContext & { readonly options: { readonly from: string | undefined } },
  narrowed: Narrowed,
): Promise<readonly CloudOperation[]> {
  if (context.options.from !== undefined)
    throw new CliError('a snapshot has no operations on cloud providers: leave out --from, to ask the mapper');
  return withMapper(context, ({ client }) => queryCloudOperations(client, narrowed));
}
