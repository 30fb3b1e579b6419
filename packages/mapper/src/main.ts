import { readFile } from 'node:fs/promises';
import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runProgram } from '@network-mapper/runtime';
import { notDone } from './accepted-options.ts';
import { collectGarbage } from './collect-garbage.ts';
import { findClusterDomain } from './cluster-domain.ts';
import { createMapper } from './mapper.ts';
import { mapperOptions } from './options.ts';

await runProgram('mapper', async () => {
  const options = readOptions(mapperOptions, process.env);
  const resolvConf = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  const clusterDomain = ([options.clusterDomain, findClusterDomain(resolvConf)].find(Boolean) ?? 'cluster.local')
    .replace(/^\.|\.$/g, '')
    .toLowerCase();
  const connection = await connectKube({ env: process.env });
  const logger = createLogger({ name: 'mapper', debug: options.debug });
  for (const asked of notDone(process.env)) logger.warn(asked, 'what these options ask for is not done here');
  // Those who waited for the mapper are answered first.
  const listening = (): void => void setTimeout(collectGarbage, 2_000).unref();
  return createMapper({ config: { ...options, clusterDomain }, connection, logger, listening }).runnables;
});
