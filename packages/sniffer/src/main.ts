import { parseArgs } from 'node:util';
import { createLogger, readOptions, runProgram, type Runnable } from '@network-mapper/runtime';
import { createGarbageCollection } from './collect-garbage.ts';
import { options } from './options.ts';
import { replay } from './replay.ts';
import { createSniffer } from './sniffer.ts';

await runProgram('sniffer', async () => {
  const { values: flags } = parseArgs({ options: { pcap: { type: 'string' }, 'as-if-now': { type: 'boolean' } } });
  const config = readOptions(options, process.env);
  const logger = createLogger({ name: 'sniffer', debug: config.debug });
  if (flags.pcap === undefined) return [...createSniffer({ config, logger }).runnables, garbageCollection()];
  await replay({ config, logger, file: flags.pcap, asIfNow: flags['as-if-now'] ?? false });
  return [];
});

function garbageCollection(): Runnable {
  const { gc } = globalThis;
  return createGarbageCollection({
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    // As for want of memory: pages that are half empty are given back as well.
    collect: gc === undefined ? undefined : () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
    interval: 10_000,
  });
}
