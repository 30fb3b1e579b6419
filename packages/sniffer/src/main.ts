import { createLogger, readOptions, runProgram } from '@network-mapper/runtime';
import { options } from './options.ts';
import { createSniffer } from './sniffer.ts';
import { version } from './version.ts';

await runProgram('sniffer', () => {
  const config = readOptions(options, process.env);
  const logger = createLogger({ name: 'sniffer', debug: config.debug });
  return createSniffer({ config, logger, version });
});
