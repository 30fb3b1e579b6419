import type { KubeConnection } from '@network-mapper/kube';
import { wallTime, type Runnable } from '@network-mapper/runtime';
import { AuthoritySecret } from './certificates/authority-secret.ts';
import { toSigner } from './certificates/certificate-authority.ts';
import { LeafCertificates } from './certificates/leaf-certificates.ts';
import { proxyAuthority } from './certificates/proxy-authority.ts';
import { createProxyAgent, type ProxyAgentParts } from './create-proxy-agent.ts';
import { watchOptedInPods } from './proxy/opted-in-pods.ts';
import type { ProxyOptions } from './proxy/served.ts';

export interface ProxyParts extends Omit<ProxyAgentParts, 'pods' | 'certificateFor'> {
  readonly connection: KubeConnection;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds between two looks at the authority, for tests. */
  readonly lookInterval?: number;
}

/** The proxy: requests of pods that have opted in to AWS, and what they say of it to the mapper. */
export async function createProxy(parts: ProxyParts): Promise<readonly Runnable[]> {
  const { config, connection, logger, now = wallTime, lookInterval } = parts;
  const pods = watchOptedInPods(connection);
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

  const certificateFor: ProxyOptions['certificateFor'] = host => certificates.contextOf(host);
  const agent = createProxyAgent({ ...parts, pods, certificateFor });
  return [...pods.runnables, secret.runnable(), ...agent.runnables];
}
