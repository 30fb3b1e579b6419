import { readFile } from 'node:fs/promises';
import { getHeapStatistics } from 'node:v8';
import { connectKube } from '@network-mapper/kube';
import { ConfigError, createLogger, readOptions, runProgram, type Config, type Logger } from '@network-mapper/runtime';
import { notDone } from './accepted-options.ts';
import { collectGarbage, collectSmallHeap } from './collect-garbage.ts';
import { findClusterDomain } from './cluster-domain.ts';
import { createMapper } from './mapper.ts';
import { CertificateFiles } from './api/certificate-files.ts';
import { createMemoryGuard, oldGenerationLimit, oldGenerationUsed } from './api/memory-guard.ts';
import { mapperOptions } from './options.ts';

/** The certificate of the API, where one is given. */
async function openCertificate(
  { apiTlsCertFile: certFile, apiTlsKeyFile: keyFile }: Config<typeof mapperOptions>,
  logger: Logger,
): Promise<CertificateFiles | undefined> {
  if (certFile === '' && keyFile === '') return undefined;
  if (certFile === '' || keyFile === '')
    throw new ConfigError([
      'OTTERIZE_API_TLS_CERT_FILE and OTTERIZE_API_TLS_KEY_FILE: one is useless without the other.',
    ]);
  return CertificateFiles.open({ certFile, keyFile, logger });
}

/** What the map may take of a heap, in bytes: some 40 MiB hold the program and a small cluster. */
function mapBytes(heapLimit: number): number {
  return Math.max((heapLimit - 40 * 2 ** 20) / 2, heapLimit / 5);
}

await runProgram('mapper', async () => {
  const options = readOptions(mapperOptions, process.env);
  const resolvConf = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  const clusterDomain = ([options.clusterDomain, findClusterDomain(resolvConf)].find(Boolean) ?? 'cluster.local')
    .replace(/^\.|\.$/g, '')
    .toLowerCase();
  const connection = await connectKube({ env: process.env });
  const logger = createLogger({ name: 'mapper', debug: options.debug });
  for (const asked of notDone(process.env)) logger.warn(asked, 'what these options ask for is not done here');
  // Those who waited for the mapper are answered first.
  const listening = (): void => void setTimeout(collectSmallHeap, 2_000).unref();
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(' ')];
  const heapLimit = oldGenerationLimit(getHeapStatistics().heap_size_limit, flags);
  // 0 when there is no limit.
  const containerLimit = process.constrainedMemory() || Infinity;
  const memoryIsShort = createMemoryGuard({
    heap: () => ({ used: oldGenerationUsed(), limit: heapLimit }),
    resident: () => ({ used: process.memoryUsage.rss(), limit: containerLimit }),
    collect: collectGarbage,
    clock: () => performance.now(),
  });
  return createMapper({
    config: { ...options, clusterDomain },
    connection,
    logger,
    listening,
    memoryIsShort,
    certificate: await openCertificate(options, logger),
    mostMapBytes: options.mapMemory === 0 ? mapBytes(heapLimit) : options.mapMemory * 2 ** 20,
    ownNamespace: await readFile('/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'utf8').then(
      text => text.trim(),
      () => undefined, // Outside of a cluster there is none.
    ),
  }).runnables;
});
