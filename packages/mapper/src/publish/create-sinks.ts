import type { KubeConnection } from '@network-mapper/kube';
import type { Config, Logger, Runnable } from '@network-mapper/runtime';
import type { MapperMetrics } from '../metrics.ts';
import type { mapperOptions } from '../options.ts';
import type { TrafficMap } from '../store/traffic-map.ts';
import { createCloudUpload, isCloudOn } from './cloud/create-cloud-upload.ts';
import type { InventoryLookups } from './cloud/inventory/inventory-lookups.ts';
import { createEventsSink } from './events/events-sink.ts';
import { createOpenTelemetryExport } from './open-telemetry/open-telemetry-export.ts';
import { HttpClient } from './outgoing/http-client.ts';
import type { ProxyVariables } from './outgoing/proxy-variables.ts';
import { createPublisher } from './sink.ts';
import type { ErrorReports } from './telemetry/error-reports.ts';
import { createTelemetry } from './telemetry/telemetry-sender.ts';

/** How servers outside the cluster are reached. */
export interface Outgoing {
  /** Certificates in PEM, trusted beside those of the system. */
  readonly extraCas: readonly string[];
  readonly proxy: ProxyVariables;
  /** What names outside are called in time series; as they are unless given. */
  readonly nameOf?: ((dnsName: string) => string) | undefined;
}

export interface SinksParts {
  readonly config: Config<typeof mapperOptions>;
  readonly map: TrafficMap;
  readonly connection: KubeConnection;
  readonly lookups: InventoryLookups;
  /** Whether the lookups know the cluster. */
  readonly ready: () => boolean;
  readonly outgoing: Outgoing;
  /** What the mapper calls itself in events: a URI reference. */
  readonly source: string;
  /** Of this program. */
  readonly version: string;
  readonly errors: ErrorReports;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  readonly metrics: MapperMetrics;
}

/** All to whom the map is delivered, as far as the configuration wants them. */
export interface Sinks {
  readonly runnables: readonly Runnable[];
  /** A pod, Service or slice of a namespace changed. */
  readonly touched: (namespace: string) => void;
}

export function createSinks(parts: SinksParts): Sinks {
  const { config, map, outgoing, logger, now, metrics } = parts;
  const http = new HttpClient(outgoing);
  const runnables: Runnable[] = [...createTelemetry({ ...parts, http })];
  if (config.exportOpenTelemetry)
    runnables.push(
      createOpenTelemetryExport({
        map,
        interval: config.uploadInterval * 1000,
        metricName: config.openTelemetryMetric,
        protocol: config.openTelemetryProtocol,
        exportInterval: config.openTelemetryInterval,
        logger,
        now,
        exported: metrics.exported,
        refused: metrics.pointsRefused,
        delivered: metrics.delivered('the export to OpenTelemetry'),
      }),
    );
  if (config.eventsUrl !== '') {
    const sink = createEventsSink({
      http,
      url: config.eventsUrl,
      secret: config.eventsSecret,
      namespaces: config.eventsNamespaces,
      kinds: config.eventsKinds,
      interval: config.eventsInterval,
      source: parts.source,
      logger,
      now,
      refused: metrics.eventRefused,
    });
    runnables.push(createPublisher({ log: map.log, sink, logger, delivered: metrics.delivered(sink.name) }));
  }
  if (!isCloudOn(config)) return { runnables, touched: () => undefined };
  const counts = { sent: metrics.cloudSent, refused: metrics.cloudRefused, delivered: metrics.delivered };
  const cloud = createCloudUpload({ ...parts, http, counts });
  return { runnables: [...runnables, ...cloud.runnables], touched: cloud.touched };
}
