import packageJson from '../../package.json' with { type: 'json' };
import { defineCommand } from '../command.ts';

export const version = defineCommand({
  name: 'version',
  alias: 'api-version',
  about: 'print the version',
  options: {},
  run: ({ output }) => output.print([`Version: ${packageJson.version}`]),
});
