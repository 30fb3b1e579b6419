import type { KubeConnection } from '@network-mapper/kube';
import { ConfigError, type Logger, type Runnable } from '@network-mapper/runtime';
import type { TrafficMap } from '../../store/traffic-map.ts';
import type { HttpClient } from '../outgoing/http-client.ts';
import { createPublisher } from '../sink.ts';
import { CloudClient, type CloudClientOptions } from './cloud-client.ts';
import { createCloudSinks } from './cloud-sinks.ts';
import { createInventory } from './inventory/inventory.ts';
import type { InventoryLookups } from './inventory/inventory-lookups.ts';
import type { CloudOperation } from './operations.ts';
import { createStatusReport } from './status-report.ts';

/** The options of the mapper that are about the cloud. */
export interface CloudConfig {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiAddress: string;
  readonly cloudTimeout: number;
  /** Seconds. */
  readonly uploadInterval: number;
  readonly uploadBatch: number;
  readonly servicesTtl: number;
  readonly captureOutside: boolean;
}

export interface CloudCounts {
  readonly sent: CloudClientOptions['sent'];
  /** A document was refused for good. */
  readonly refused: (operation: CloudOperation) => void;
  readonly delivered: (sink: string) => (result: 'done' | 'failed') => void;
}

export interface CloudUploadParts {
  readonly config: CloudConfig;
  readonly map: TrafficMap;
  readonly connection: KubeConnection;
  readonly lookups: InventoryLookups;
  /** Whether the lookups know the cluster. */
  readonly ready: () => boolean;
  readonly http: HttpClient;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  readonly counts: CloudCounts;
}

export interface CloudUpload {
  readonly runnables: readonly Runnable[];
  /** Something changed in a namespace. */
  readonly touched: (namespace: string) => void;
}

/**
 * Whether there is a cloud to upload to: with both credentials and an address. One credential without the other is a
 * ConfigError; without an address nothing goes anywhere, since there is none that everybody has.
 */
export function isCloudOn({ clientId, clientSecret, apiAddress }: CloudConfig): boolean {
  if ((clientId === '') !== (clientSecret === ''))
    throw new ConfigError([
      `OTTERIZE_CLIENT_ID and OTTERIZE_CLIENT_SECRET: ${clientId === '' ? 'the secret' : 'the id'} is useless without the other.`,
    ]);
  return clientId !== '' && apiAddress !== '';
}

/** Uploads what changes on the map, and what the cluster has beside it. */
export function createCloudUpload(parts: CloudUploadParts): CloudUpload {
  const { config, map, http, logger, counts, now, clock } = parts;
  const interval = config.uploadInterval * 1000;
  const client = new CloudClient({
    http,
    address: config.apiAddress.replace(/\/+$/, ''),
    clientId: config.clientId,
    clientSecret: config.clientSecret,
    timeout: config.cloudTimeout,
    clock,
    sent: counts.sent,
  });
  const sinks = createCloudSinks({
    map,
    client,
    interval,
    batch: config.uploadBatch,
    outside: config.captureOutside,
    logger,
    now,
    refused: counts.refused,
  });
  const inventory = createInventory({ ...parts, client, servicesTtl: config.servicesTtl, settle: interval });
  return {
    touched: namespace => inventory.touched(namespace),
    runnables: [
      createStatusReport({ client, interval, logger }),
      inventory,
      ...sinks.map(sink => createPublisher({ log: map.log, sink, logger, delivered: counts.delivered(sink.name) })),
    ],
  };
}
