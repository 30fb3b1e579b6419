import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks } from './checks.ts';
import { findCluster, type Cluster } from './cluster.ts';
import { buildImages } from './images.ts';
import { kubectlOf, type Kubectl } from './kubectl.ts';

/** What a test works with, on a cluster whose nodes have the images. */
export interface World {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly checks: Checks;
  readonly say: (line: string) => void;
  /** Aborted when the test is to stop; what it started is to be stopped also then. */
  readonly signal: AbortSignal;
}

export interface EndToEndTest {
  /** What is tested, as the end of "the end-to-end test of …". */
  readonly about: string;
  /** Archives of more images than those of the Dockerfiles, made in the folder that is given. */
  readonly moreImages?: (folder: string) => Promise<readonly string[]>;
  readonly run: (world: World) => Promise<void>;
}

const say = (line: string) => console.log(line);

/** Runs a test as a program: a line `N passed, N failed` at the end, and an exit code; without a cluster it says so. */
export async function endToEnd(test: EndToEndTest): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      say('stopping: what was started is stopped first');
      stop.abort(new Error(`stopped by ${name}`));
    });
  try {
    process.exitCode = await runOnCluster(test, stop.signal);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

async function runOnCluster(
  { about, moreImages = () => Promise.resolve([]), run }: EndToEndTest,
  signal: AbortSignal,
): Promise<number> {
  const cluster = await findCluster(say, signal);
  if (cluster === undefined) {
    say(`skipped: the end-to-end test of ${about} needs a cluster`);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'e2e-images-'));
  try {
    say('building the images');
    await cluster.loadImages([...(await buildImages(folder)), ...(await moreImages(folder))]);
    const checks = new Checks(say, signal);
    await run({ cluster, kubectl: kubectlOf(cluster.kubeconfig, signal), checks, say, signal });
    say(`${checks.passed} passed, ${checks.failed} failed`);
    return checks.failed === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
    await cluster.stop();
  }
}
