import type { KubeConnection } from '@network-mapper/kube';
import { pause, type Runnable } from '@network-mapper/runtime';
import type { TrafficMap } from '../../store/traffic-map.ts';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { ErrorReports } from './error-reports.ts';
import { createTelemetryComponent, type TelemetryComponent } from './telemetry-component.ts';
import { errorsTarget, usageTarget, type TelemetryConfig } from './telemetry-target.ts';
import { countUsage, type UsageEvent } from './usage-counts.ts';

export interface TelemetryParts {
  readonly config: TelemetryConfig;
  readonly http: HttpClient;
  readonly connection: KubeConnection;
  readonly map: Pick<TrafficMap, 'intents'>;
  readonly version: string;
  readonly errors: ErrorReports;
  /** Milliseconds between two looks at what there is to send. */
  readonly interval?: { readonly usage: number; readonly errors: number };
}

/** Milliseconds. What is not taken within that time is not sent at all. */
const timeout = 2_000;
const intervals = { usage: 120_000, errors: 5_000 };

const sendTelemetries =
  'mutation SendTelemetries($telemetries: [TelemetryInput!]!) { sendTelemetries(telemetries: $telemetries) }';
const reportErrors =
  'mutation ReportErrors($component: Component, $errors: [Error!]!) { sendErrors(component: $component, errors: $errors) }';

/**
 * Sends how much the mapper is used, and its errors, to where the operator wants it: once, with two seconds'
 * patience, and without a word when it fails. Nothing waits for it.
 */
export function createTelemetry(parts: TelemetryParts): readonly Runnable[] {
  const { config, connection, version, map, errors, interval = intervals } = parts;
  const [usage, reports] = [usageTarget(config), errorsTarget(config)];
  let component: Promise<TelemetryComponent> | undefined;
  const self = (signal: AbortSignal) => (component ??= createTelemetryComponent(connection, { version, signal }));

  const runnables: Runnable[] = [];
  if ('url' in usage)
    runnables.push({
      name: 'the usage telemetry',
      run: async signal => {
        let first: readonly (readonly [UsageEvent, number])[] = [['STARTED', 1]];
        do {
          const counts = [...first, ['ACTIVE', 0] as const, ...(await countUsage(map))];
          const from = await self(signal);
          const telemetries = counts.map(([eventType, count]) => ({
            component: from,
            data: { eventType, count, error: null, ebpf: null },
          }));
          first = [];
          await post(
            usage.url,
            { operationName: 'SendTelemetries', query: sendTelemetries, variables: { telemetries } },
            signal,
          );
        } while (await pause(interval.usage, signal));
      },
    });
  if ('url' in reports)
    runnables.push({
      name: 'the error reports',
      run: async signal => {
        while (await pause(interval.errors, signal)) {
          const taken = errors.take();
          if (taken.length === 0) continue;
          const variables = { component: await self(signal), errors: taken };
          await post(reports.url, { operationName: 'ReportErrors', query: reportErrors, variables }, signal);
        }
      },
    });
  return runnables;

  async function post(url: string, message: object, signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await parts.http.post({ url, headers, body: JSON.stringify(message), timeout, signal }).catch(() => {
      // Whether it arrived is nobody's concern here: it is not tried again.
    });
  }
}
