import { MapperClient } from '@network-mapper/api';
import {
  connectKube,
  forwardPort,
  KubeError,
  podOfService,
  type KubeConnection,
  type PodPort,
} from '@network-mapper/kube';
import { CliError } from './cli-error.ts';
import { mapperFlags } from './flags.ts';
import type { Settings } from './settings.ts';

/** Milliseconds for one question: a map of many thousand calls over a slow port-forward included. */
const patience = 60_000;

/** Gives `use` a client of the mapper: at the address given, else through a port-forward to a ready pod of its Service. */
export async function withMapper<T>(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
  use: (client: MapperClient) => Promise<T>,
): Promise<T> {
  const address = settings.get(mapperFlags.mapperAddress);
  if (address !== '') return use(new MapperClient({ url: checkedAddress(address), timeout: patience }));

  const connection = await connectKube({
    env,
    kubeconfig: settings.get(mapperFlags.kubeconfig),
    context: settings.find(mapperFlags.context),
  });
  try {
    const pod = await findPod(connection, settings);
    const forward = await forwardPort(connection, pod);
    try {
      return await use(new MapperClient({ url: forward.url, timeout: patience }));
    } catch (error) {
      const problem = forward.problem();
      if (problem === undefined || !(error instanceof CliError)) throw error;
      throw new CliError(`${error.message} (port-forward to pod ${pod.namespace}/${pod.pod}: ${problem})`);
    } finally {
      await forward.close();
    }
  } finally {
    connection.close();
  }
}

async function findPod(connection: KubeConnection, settings: Settings): Promise<PodPort> {
  const namespace = settings.get(mapperFlags.mapperNamespace);
  const name = settings.get(mapperFlags.mapperServiceName);
  try {
    return await podOfService(connection, { namespace, name, port: settings.get(mapperFlags.mapperServicePort) });
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'not-found') throw error;
    throw new CliError(
      `${error.message}. Is the network mapper installed as Service ${name} in namespace ${namespace}? ` +
        'Say where it is with --mapper-namespace and --mapper-service-name.',
    );
  }
}

function checkedAddress(address: string): string {
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol)) return address;
  throw new CliError(`--mapper-address "${address}" is not an address of the form http://host:port`);
}
