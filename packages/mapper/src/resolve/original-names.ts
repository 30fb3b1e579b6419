/**
 * Which way an intent was resolved: `resolutionData` of the API has the original's names of functions, and clients show
 * them.
 */
export const resolvedBy = {
  dns: 'handleDNSCaptureResultsAsKubernetesPods',
  connection: 'handleInternalTrafficTCPResult',
  socketToService: 'addSocketScanServiceIntent',
  socketToPod: 'addSocketScanPodIntent',
  kafka: 'handleReportKafkaMapperResults',
  mesh: 'handleReportIstioConnectionResults',
} as const;

/** How one side was resolved: `extraInfo` of the API's resolution data. */
export const extraInfo = {
  client: 'resolveInClusterIdentity',
  name: 'resolveOtterizeIdentityForDestinationAddress',
  connection: 'resolveDestIdentityTCP',
  service: 'ResolveOtterizeIdentityForService',
  socketToPod: 'addSocketScanPodIntent',
} as const;
