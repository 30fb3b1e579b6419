import { readFile } from 'node:fs/promises';
import { getHeapStatistics } from 'node:v8';
import { parseArgs } from 'node:util';
import { connectKube } from '@network-mapper/kube';
import { ConfigError, createLogger, readOptions, runProgram, type Config, type Logger } from '@network-mapper/runtime';
import { ignoredButRequested } from './ignored-options.ts';
import { collectGarbage, collectSmallHeap } from './collect-garbage.ts';
import { findClusterDomain } from './cluster-domain.ts';
import { createMapper } from './mapper.ts';
import { CertificateFiles } from './api/certificate-files.ts';
import { createMemoryGuard, oldGenerationLimit, oldGenerationUsed } from './api/memory-guard.ts';
import { mapperOptions } from './options.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Outgoing } from './publish/create-sinks.ts';
import { isCloudOn } from './publish/cloud/create-cloud-upload.ts';
import { readProxyVariables } from './publish/outgoing/proxy-variables.ts';
import { readCas } from './publish/outgoing/read-cas.ts';
import { ErrorReports } from './publish/telemetry/error-reports.ts';
import { telemetryNotice } from './publish/telemetry/telemetry-target.ts';

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

/** Flags of those options that have one. Throws a ConfigError. */
function readFlags(): ReadonlyMap<string, readonly string[]> {
  const names = Object.values(mapperOptions).flatMap(option => ('flag' in option ? [option.flag.name] : []));
  const options = Object.fromEntries(names.map(name => [name, { type: 'string', multiple: true } as const]));
  try {
    const { values } = parseArgs({ options });
    return new Map(Object.entries(values).map(([name, texts]) => [name, texts ?? []]));
  } catch (error) {
    throw new ConfigError([`${error instanceof Error ? error.message : String(error)}.`]);
  }
}

/** How servers outside are reached. Throws a ConfigError. */
async function openOutgoing({ apiExtraCas, edgeMetrics, foldNames }: Config<typeof mapperOptions>): Promise<Outgoing> {
  const fold = edgeMetrics && foldNames ? await import('./publish/service-graph/registrable-domain.ts') : undefined;
  return {
    extraCas: await readCas(apiExtraCas, 'OTTERIZE_API_EXTRA_CA_PEM'),
    proxy: readProxyVariables(process.env),
    nameOf: fold?.registrableDomain,
  };
}

await runProgram('mapper', async () => {
  const options = readOptions(mapperOptions, process.env, { flags: readFlags() });
  const errors = new ErrorReports();
  const logger = createLogger({
    name: 'mapper',
    debug: options.debug,
    onError: (message, error) => errors.add(message, error),
  });
  logger.info(telemetryNotice(options), 'telemetry');
  const outgoing = await openOutgoing(options);
  if (!isCloudOn(options) && options.clientId !== '')
    logger.warn('nothing is uploaded: OTTERIZE_API_ADDRESS does not say where the cloud is');
  const resolvConf = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  const clusterDomain = ([options.clusterDomain, findClusterDomain(resolvConf)].find(Boolean) ?? 'cluster.local')
    .replace(/^\.|\.$/g, '')
    .toLowerCase();
  const connection = await connectKube({ env: process.env });
  for (const asked of ignoredButRequested(process.env))
    logger.warn(asked, 'what these options ask for is not done here');
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
    outgoing,
    version: packageJson.version,
    errors,
    certificate: await openCertificate(options, logger),
    mostMapBytes: options.mapMemory === 0 ? mapBytes(heapLimit) : options.mapMemory * 2 ** 20,
    ownNamespace: await readFile('/var/run/secrets/kubernetes.io/serviceaccount/namespace', 'utf8').then(
      text => text.trim(),
      () => undefined, // Outside of a cluster there is none.
    ),
  }).runnables;
});
