/** The options of the mapper that are about telemetry. */
export interface TelemetryConfig {
  readonly apiAddress: string;
  readonly telemetryEnabled: boolean;
  readonly telemetryUsage: boolean;
  readonly telemetryErrors: boolean;
  readonly errorsAddress: string;
  readonly doNotTrack: boolean;
}

/** Where telemetry goes, or why none is sent. */
export type TelemetryTarget = { readonly url: string } | { readonly off: string };

/** Of usage: to the cloud that the operator named, and nowhere else. */
export function usageTarget(config: TelemetryConfig): TelemetryTarget {
  const { apiAddress, telemetryEnabled, telemetryUsage, doNotTrack } = config;
  if (doNotTrack) return { off: 'DO_NOT_TRACK is set' };
  if (!telemetryEnabled) return { off: 'OTTERIZE_TELEMETRY_ENABLED is false' };
  if (!telemetryUsage) return { off: 'OTTERIZE_TELEMETRY_USAGE_ENABLED is false' };
  if (apiAddress === '') return { off: 'OTTERIZE_API_ADDRESS is not set' };
  return { url: `${apiAddress.replace(/\/+$/, '')}/telemetry/query` };
}

/** Of errors: to an address that the operator gave for them, and nowhere else. */
export function errorsTarget(config: TelemetryConfig): TelemetryTarget {
  const { errorsAddress, telemetryEnabled, telemetryErrors, doNotTrack } = config;
  if (doNotTrack) return { off: 'DO_NOT_TRACK is set' };
  if (!telemetryEnabled) return { off: 'OTTERIZE_TELEMETRY_ENABLED is false' };
  if (!telemetryErrors) return { off: 'OTTERIZE_TELEMETRY_ERRORS_ENABLED is false' };
  if (errorsAddress === '') return { off: 'OTTERIZE_TELEMETRY_ERRORS_ADDRESS is not set' };
  return { url: errorsAddress };
}

/** The first line of the log: what leaves, where it goes, and how to keep it here. */
export function telemetryNotice(config: TelemetryConfig): {
  readonly usage: string;
  readonly errors: string;
  readonly turnOff: string;
} {
  const inWords = (target: TelemetryTarget): string =>
    'url' in target ? `sent to ${target.url}` : `off: ${target.off}`;
  return {
    usage: inWords(usageTarget(config)),
    errors: inWords(errorsTarget(config)),
    turnOff:
      'OTTERIZE_TELEMETRY_ENABLED=false, --telemetry-enabled=false, the chart’s global.telemetry.enabled=false, or DO_NOT_TRACK=1',
  };
}
