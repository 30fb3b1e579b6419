import { MapperClient } from '@network-mapper/api';
import {
  connectKube,
  forwardPort,
  KubeConfigError,
  KubeError,
  podOfService,
  type KubeConnection,
  type PodPort,
} from '@network-mapper/kube';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command.ts';
import { withProgress } from './progress.ts';

/** Milliseconds for one question: a map of many thousand calls over a slow port-forward included. */
const requestTimeout = 60_000;

export interface ReachedMapper {
  readonly client: MapperClient;
  /** The cluster that the mapper was reached through; undefined when it was reached by its address. */
  readonly cluster: KubeConnection | undefined;
}

/** Gives `use` the mapper: at the address given, else through a port-forward to a ready pod of its Service. */
export async function withMapper<T>(context: CommandContext, use: (mapper: ReachedMapper) => Promise<T>): Promise<T> {
  return withProgress(context.output, 'Waiting for the mapper …', () => reach(context, use));
}

async function reach<T>(context: CommandContext, use: (mapper: ReachedMapper) => Promise<T>): Promise<T> {
  const { mapperAddress } = context.options;
  if (mapperAddress !== undefined && mapperAddress !== '') {
    const token = await tokenFor(mapperAddress, context);
    return use({
      client: new MapperClient({ url: mapperAddress, timeout: requestTimeout, token }),
      cluster: undefined,
    });
  }
  const cluster = await connect(context);
  try {
    const pod = await findPod(cluster, context);
    const forward = await forwardPort(cluster, pod);
    try {
      return await use({ client: new MapperClient({ url: forward.url, timeout: requestTimeout }), cluster });
    } catch (error) {
      const problem = forward.problem();
      if (problem === undefined || !(error instanceof CliError)) throw error;
      throw new CliError(`${error.message} (port-forward to pod ${pod.namespace}/${pod.pod}: ${problem})`);
    } finally {
      await forward.close();
    }
  } finally {
    cluster.close();
  }
}

function connect({ options, env }: CommandContext): Promise<KubeConnection> {
  return connectKube({ env, kubeconfig: options.kubeconfig, context: options.context });
}

/**
 * The bearer token for the mapper at an address. The kubeconfig's open the whole cluster: they go over TLS only, so
 * that nobody on the way reads them; whoever wants to send a token in the clear gives it.
 */
async function tokenFor(address: string, context: CommandContext): Promise<string | undefined> {
  const { token } = context.options;
  if (token !== undefined) return token === '' ? undefined : token;
  if (new URL(address).protocol !== 'https:') return undefined;
  try {
    const cluster = await connect(context);
    cluster.close();
    const { authorization = '' } = await cluster.access.headers();
    return /^Bearer (.+)$/.exec(authorization)?.[1];
  } catch (error) {
    if (!(error instanceof KubeConfigError)) throw error;
    context.output.inform(`The mapper is asked without credentials: ${error.message}`);
    return undefined;
  }
}

async function findPod(cluster: KubeConnection, { options }: CommandContext): Promise<PodPort> {
  const { mapperNamespace: namespace, mapperServiceName: name, mapperServicePort: port } = options;
  try {
    return await podOfService(cluster, { namespace, name, port });
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'not-found') throw error;
    throw new CliError(
      `${error.message}. Is the network mapper installed as Service ${name} in namespace ${namespace}? ` +
        'Name it with --mapper-namespace and --mapper-service-name.',
    );
  }
}
