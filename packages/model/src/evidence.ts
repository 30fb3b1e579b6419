/**
 * The kinds of evidence, in the words of the API. This is the only list of them: the order gives each its bit in a
 * stored edge, so a new kind is added at the end. `mutation` is the field of the API that reports it, `counter` names
 * the metrics of its reports.
 */
export const evidenceKinds = {
  DNS: { mutation: 'reportCaptureResults', counter: 'dns' },
  TCP: { mutation: 'reportTCPCaptureResults', counter: 'tcp' },
  SOCKET: { mutation: 'reportSocketScanResults', counter: 'socketscan' },
  KAFKA: { mutation: 'reportKafkaMapperResults', counter: 'kafka' },
  ISTIO: { mutation: 'reportIstioConnectionResults', counter: 'istio' },
  AWS: { mutation: 'reportAWSOperation', counter: 'aws' },
  AZURE: { mutation: 'reportAzureOperation', counter: 'azure' },
  GCP: { mutation: 'reportGCPOperation', counter: 'gcp' },
  TRAFFIC_LEVEL: { mutation: 'reportTrafficLevelResults', counter: 'traffic' },
} as const;

export type Evidence = keyof typeof evidenceKinds;

/** All kinds, each at the place of its bit. */
export const evidences = Object.keys(evidenceKinds) as readonly Evidence[];
