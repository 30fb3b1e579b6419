import { ReasonCounts } from '@network-mapper/model';
import { createAgent, type Agent, type Source } from '@network-mapper/reporting';
import type { Logger, Registry } from '@network-mapper/runtime';
import { AwsNames } from './dns/aws-names.ts';
import type { ProxyConfig } from './options.ts';
import { Distrust } from './proxy/distrust.ts';
import { OperationRecorder, type RecorderSkip } from './proxy/operation-recorder.ts';
import type { OptedInPods } from './proxy/opted-in-pods.ts';
import { createProxyServer } from './proxy/proxy-server.ts';
import type { ProxyOptions, ProxySkip } from './proxy/served.ts';
import { Operations } from './recognise/operation.ts';
import type { ServiceTable } from './recognise/service-table.ts';
import { version } from './version.ts';

export interface ProxyAgentParts extends Pick<ProxyOptions, 'certificateFor' | 'target' | 'limits'> {
  readonly config: ProxyConfig;
  readonly logger: Logger;
  readonly services: ServiceTable;
  readonly pods: Pick<OptedInPods, 'at' | 'isSynced'>;
  /** A new one unless given. */
  readonly registry?: Registry;
  readonly httpListening?: (port: number) => void;
  readonly httpsListening?: (port: number) => void;
  readonly healthListening?: (port: number) => void;
}

/** Passes requests on, and reports them. */
export function createProxyAgent(parts: ProxyAgentParts): Agent {
  const { config, logger, services, pods, certificateFor, target, limits, registry, healthListening } = parts;
  const skipped = new ReasonCounts<ProxySkip | RecorderSkip>();
  const names = new AwsNames(services);
  const distrust = new Distrust();
  return createAgent({
    kind: 'aws-visibility',
    version,
    evidence: ['AWS'],
    config,
    logger,
    ...(registry === undefined ? {} : { registry }),
    ...(healthListening === undefined ? {} : { healthListening }),
    sources: intake => {
      const recorder = new OperationRecorder({ operations: new Operations(services), intake, skipped });
      const listeners = [
        { name: 'the proxy over HTTP', port: config.httpPort, listening: parts.httpListening },
        { name: 'the proxy over TLS', port: config.httpsPort, listening: parts.httpsListening },
      ].map(listener =>
        createProxyServer({
          ...listener,
          podAt: pods.at,
          isAws: host => names.has(host),
          certificateFor,
          distrust,
          skipped,
          exchanged: (exchange, caller) => recorder.take(exchange, caller),
          logger,
          target,
          limits,
        }),
      );
      const [first, ...others] = listeners;
      if (first === undefined) return [];
      const source: Source = {
        ...first,
        counts: () => ({ captured: recorder.requests, dropped: 0, droppedByInterface: 0 }),
        skipped: () => skipped.entries(),
        problem: () => (pods.isSynced() ? undefined : 'The pods that have opted in are not known: nobody is served.'),
      };
      return [source, ...others];
    },
  });
}
