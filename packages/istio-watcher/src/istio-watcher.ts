import type { KubeConnection } from '@network-mapper/kube';
import { createAgent, type Agent } from '@network-mapper/reporting';
import type { Logger, Registry } from '@network-mapper/runtime';
import { createAccessLogSource } from './access-log/access-log-source.ts';
import { CallRecorder } from './call-recorder.ts';
import type { IstioWatcherConfig } from './options.ts';
import { MeshProxies } from './proxies/mesh-proxies.ts';
import { createScraper } from './scraper.ts';
import { version } from './version.ts';

export interface IstioWatcherParts {
  readonly config: IstioWatcherConfig;
  readonly connection: KubeConnection;
  readonly logger: Logger;
  readonly registry?: Registry;
}

/** The Istio watcher: counters of the mesh's proxies in, calls between workloads with their paths out. */
export function createIstioWatcher({ config, connection, logger, registry }: IstioWatcherParts): Agent {
  const proxies = new MeshProxies({ ...config, connection, logger });
  const { namespace, scrape } = config;
  logger.info({ version, namespace, scrape }, 'Watching the proxies of Istio');
  return createAgent({
    kind: 'istio-watcher',
    version,
    evidence: config.ztunnelAccessLog ? ['ISTIO', 'TCP'] : ['ISTIO'],
    config,
    logger,
    reportInterval: config.reportInterval,
    ...(registry === undefined ? {} : { registry }),
    sources: intake => {
      const recorder = new CallRecorder({ ...config, record: intake.record });
      const scraper = createScraper({ ...intake, config, connection, proxies, recorder, logger });
      const { record } = intake;
      const accessLog = () => createAccessLogSource({ connection, proxies, record, logger, interval: config.cooldown });
      return [scraper, ...(config.ztunnelAccessLog ? [accessLog()] : []), ...proxies.runnables];
    },
  });
}
