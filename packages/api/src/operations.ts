/**
 * The operations that reporters send. Operation names, variable names and types are part of the contract:
 * the original's reporters send just these.
 */
function mutation(name: string, variable: string): { readonly document: string; readonly operationName: string } {
  const argument = variable.slice(0, variable.indexOf(':'));
  return { document: `mutation ${name}($${variable}) { ${name}(${argument}: $${argument}) }`, operationName: name };
}

export const operations = {
  reportCaptureResults: mutation('reportCaptureResults', 'results: CaptureResults!'),
  reportTCPCaptureResults: mutation('reportTCPCaptureResults', 'results: CaptureTCPResults!'),
  reportSocketScanResults: mutation('reportSocketScanResults', 'results: SocketScanResults!'),
  reportKafkaMapperResults: mutation('reportKafkaMapperResults', 'results: KafkaMapperResults!'),
  reportIstioConnectionResults: mutation('reportIstioConnectionResults', 'results: IstioConnectionResults!'),
  reportAWSOperation: mutation('reportAWSOperation', 'operation: [AWSOperation!]!'),
  reportAzureOperation: mutation('reportAzureOperation', 'operation: [AzureOperation!]!'),
  reportGCPOperation: mutation('reportGCPOperation', 'operation: [GCPOperation!]!'),
  reportTrafficLevelResults: mutation('reportTrafficLevelResults', 'results: TrafficLevelResults!'),
  reportAgentStatus: mutation('reportAgentStatus', 'status: AgentStatus!'),
} as const;
