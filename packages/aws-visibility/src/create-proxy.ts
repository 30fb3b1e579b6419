import type { KubeConnection } from '@network-mapper/kube';
import { createAgent, ReasonCounts, type Source } from '@network-mapper/reporting';
import { wallTime, type Logger, type Runnable } from '@network-mapper/runtime';
import { AuthoritySecret } from './certificates/authority-secret.ts';
import { toSigner } from './certificates/certificate-authority.ts';
import { LeafCertificates } from './certificates/leaf-certificates.ts';
import { proxyAuthority } from './certificates/proxy-authority.ts';
import { AwsNames } from './dns/aws-names.ts';
import type { ProxyConfig } from './options.ts';
import { Distrust } from './proxy/distrust.ts';
import { OperationRecorder, type RecorderSkip } from './proxy/operation-recorder.ts';
import { watchOptedInPods } from './proxy/opted-in-pods.ts';
import { createProxyServer } from './proxy/proxy-server.ts';
import type { ProxyOptions, ProxySkip } from './proxy/served.ts';
import { Operations } from './recognise/operation.ts';
import type { ServiceTable } from './recognise/service-table.ts';
import { version } from './version.ts';

export interface ProxyParts {
  readonly config: ProxyConfig;
  readonly connection: KubeConnection;
  readonly logger: Logger;
  readonly services: ServiceTable;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds between two looks at the authority, for tests. */
  readonly lookInterval?: number;
  readonly target?: ProxyOptions['target'];
  readonly limits?: ProxyOptions['limits'];
  readonly httpListening?: (port: number) => void;
  readonly httpsListening?: (port: number) => void;
  readonly healthListening?: (port: number) => void;
}

/** The proxy: requests of pods that have opted in to AWS, and what they say of it to the mapper. */
export async function createProxy(parts: ProxyParts): Promise<readonly Runnable[]> {
  const { config, connection, logger, services, now = wallTime, lookInterval, target, limits } = parts;
  const skipped = new ReasonCounts<ProxySkip | RecorderSkip>();
  const pods = watchOptedInPods(connection);
  const names = new AwsNames(services);
  const distrust = new Distrust();
  let leaves: LeafCertificates | undefined;
  const secret = new AuthoritySecret(
    {
      connection,
      namespace: config.namespace,
      name: config.authoritySecret,
      history: proxyAuthority,
      now,
      logger,
      lookInterval,
    },
    async ({ current }) => {
      const signer = await toSigner(current);
      if (leaves === undefined) leaves = new LeafCertificates(signer, now);
      else leaves.use(signer);
    },
  );
  await secret.look();
  const certificates = leaves;
  if (certificates === undefined) throw new Error('there is no authority after the Secret was read');

  const agent = createAgent({
    kind: 'aws-visibility',
    version,
    evidence: ['AWS'],
    config,
    logger,
    ...(parts.healthListening === undefined ? {} : { healthListening: parts.healthListening }),
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
          certificateFor: host => certificates.contextOf(host),
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
  return [...pods.runnables, secret.runnable(), ...agent.runnables];
}
