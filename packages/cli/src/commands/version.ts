import { defineCommand } from '../command.ts';
import { version as programVersion } from '../version.ts';

export const version = defineCommand({
  name: 'version',
  alias: 'api-version',
  about: 'print the version',
  options: {},
  run: ({ output }) => output.print([`Version: ${programVersion}`]),
});
