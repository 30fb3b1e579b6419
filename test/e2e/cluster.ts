import { cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { command, type CommandOptions } from './command.ts';

/** A cluster to test on. */
export interface Cluster {
  readonly kubeconfig: string;
  /** Makes images (archives as of `docker save`) available on all nodes. */
  readonly loadImages: (archives: readonly string[]) => Promise<unknown>;
  readonly stop: () => Promise<void>;
  /** Where it can be taken away. */
  readonly apiServer?: ApiServer;
  /** Resolves when NetworkPolicies count, which until then may do nothing. */
  readonly enforcePolicies?: () => Promise<unknown>;
  /** A manifest of workloads of all kinds, whose images the nodes have. */
  readonly zoo?: string;
}

export interface ApiServer {
  readonly kill: () => Promise<unknown>;
  /** Resolves when it answers. */
  readonly start: () => Promise<unknown>;
}

/** Milliseconds that the kit may take to build what enforces policies. */
const buildTakes = 20 * 60_000;
/** What the kit names its bridge, by which a cluster of it that runs already is known. */
const kitBridge = 'kbr0';

/**
 * The cluster of `KUBECONFIG`, into whose nodes `E2E_LOAD_IMAGES ARCHIVE...` loads images; else one that the kit in
 * `CLUSTER_KIT` brings up and that goes when the tests end. Undefined when there is neither, with the reason given to
 * `say`.
 */
export async function findCluster(say: (line: string) => void, signal: AbortSignal): Promise<Cluster | undefined> {
  const { KUBECONFIG, E2E_LOAD_IMAGES, E2E_ENFORCE, E2E_ZOO, CLUSTER_KIT } = process.env;
  if (KUBECONFIG) {
    if (!E2E_LOAD_IMAGES)
      throw new Error('With KUBECONFIG, set E2E_LOAD_IMAGES to a command that loads image archives into its nodes.');
    return {
      kubeconfig: KUBECONFIG,
      loadImages: archives => command(E2E_LOAD_IMAGES, archives),
      stop: () => Promise.resolve(),
      ...(E2E_ENFORCE && { enforcePolicies: () => command('sh', ['-c', E2E_ENFORCE], { longest: buildTakes }) }),
      ...(E2E_ZOO && { zoo: E2E_ZOO }),
    };
  }
  const kit = resolve(CLUSTER_KIT ?? join(import.meta.dirname, '../../../shared/cluster'));
  if (!(await exists(join(kit, 'up.sh')))) {
    say(`no cluster: KUBECONFIG is not set, and there is no kit for one in ${kit} (CLUSTER_KIT)`);
    return undefined;
  }
  return startKit(kit, { say, signal });
}

async function startKit(
  kit: string,
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<Cluster> {
  if (kitBridge in networkInterfaces() || (await exists(`/sys/class/net/${kitBridge}`))) {
    throw new Error(
      `A cluster of the kit runs already (interface ${kitBridge}): name its kubeconfig in KUBECONFIG, or stop it.`,
    );
  }
  // The nodes of the kit have a /var and a /run of their own.
  const scratch = /^\/(var|run)\//.test(tmpdir()) ? '/tmp' : tmpdir();
  const folder = await mkdtemp(join(scratch, 'e2e-cluster-'));
  const script = (name: string, args: readonly string[] = [], options: CommandOptions = {}) =>
    // The kit looks for a Node binary, not for the shell script that pnpm puts in its place.
    command(join(folder, name), args, {
      ...options,
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` },
    });
  const stop = async () => {
    await script('down.sh');
    await rm(folder, { recursive: true });
  };
  say(`starting a cluster of two nodes in ${folder}`);
  await cp(kit, folder, { recursive: true });
  await command('chmod', ['-R', 'u+w', folder]);
  try {
    await script('up.sh', [], { signal });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kubeconfig: join(folder, 'admin.kubeconfig'),
    loadImages: archives => script('load-image.sh', archives),
    stop,
    enforcePolicies: () => script('enforce.sh', [], { longest: buildTakes, signal }),
    zoo: join(folder, 'apps/zoo.yaml'),
    apiServer: {
      kill: () => command('pkill', ['-KILL', '-f', `^${join(folder, 'bin/kube-apiserver')} `]),
      start: () => script('api-up.sh'),
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
