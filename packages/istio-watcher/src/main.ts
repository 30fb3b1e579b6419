import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runProgram } from '@network-mapper/runtime';
import { createIstioWatcher } from './istio-watcher.ts';
import { options } from './options.ts';

await runProgram('istio-watcher', async () => {
  const config = readOptions(options, process.env);
  const logger = createLogger({ name: 'istio-watcher', debug: config.debug });
  const connection = await connectKube({ env: process.env });
  return createIstioWatcher({ config, connection, logger }).runnables;
});
