import { operations } from '@network-mapper/api';
import { defineCommand } from '../command.ts';
import { dataOf } from '../map-query.ts';
import { withMapper } from '../reach-mapper.ts';

export const reset = defineCommand({
  name: 'reset',
  about: 'make the mapper forget the calls it has seen',
  options: {},
  run: context =>
    withMapper(context, async ({ client }) => {
      dataOf(await client.ask(operations.resetCapture));
    }),
});
