import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runProgram } from '@network-mapper/runtime';
import { createKafkaWatcher } from './kafka-watcher.ts';
import { options } from './options.ts';

await runProgram('kafka-watcher', async () => {
  const config = readOptions(options, process.env);
  const logger = createLogger({ name: 'kafka-watcher', debug: config.debug });
  const connect = () => connectKube({ env: process.env });
  const { runnables } = await createKafkaWatcher({ config, connect, logger });
  return runnables;
});
