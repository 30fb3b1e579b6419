// Generated from operations/*.graphql by scripts/generate.ts. Do not edit.
import type { Operation } from './operation.ts';
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type * as Schema from './types.generated.ts';

export type AgentsVariables = Exact<{ [key: string]: never }>;

export type AgentsData = {
  readonly agents: ReadonlyArray<{
    readonly kind: string;
    readonly name: string;
    readonly version: string;
    readonly startedAt: string;
    readonly captured: number;
    readonly dropped: number;
    readonly droppedByInterface: number;
    readonly lost: number;
    readonly reported: number;
    readonly lastSeen: string;
  }>;
};

export type ChangesVariables = Exact<{
  after?: string | null | undefined;
  first?: number | null | undefined;
}>;

export type ChangesData = {
  readonly changes: {
    readonly cursor: string;
    readonly more: boolean;
    readonly restarted: boolean;
    readonly changes: ReadonlyArray<{
      readonly gone: boolean;
      readonly intent: {
        readonly firstSeen: string;
        readonly lastSeen: string;
        readonly ports: ReadonlyArray<number>;
        readonly protocols: ReadonlyArray<Schema.Protocol>;
        readonly evidence: ReadonlyArray<Schema.Evidence>;
        readonly count: number;
        readonly type: Schema.IntentType | null;
        readonly kafkaTopics: ReadonlyArray<{
          readonly deniedOperations: ReadonlyArray<Schema.KafkaOperation>;
          readonly assignedOperations: ReadonlyArray<Schema.KafkaOperation>;
          readonly groups: ReadonlyArray<string>;
          readonly name: string;
          readonly operations: ReadonlyArray<Schema.KafkaOperation> | null;
        }> | null;
        readonly httpResources: ReadonlyArray<{
          readonly grpc: boolean;
          readonly responseCodes: ReadonlyArray<number>;
          readonly path: string;
          readonly methods: ReadonlyArray<Schema.HttpMethod> | null;
        }> | null;
        readonly endpoints: ReadonlyArray<{
          readonly port: number;
          readonly targetPort: number | null;
          readonly protocol: Schema.Protocol | null;
        }>;
        readonly client: {
          readonly kubernetesService: string | null;
          readonly name: string;
          readonly namespace: string;
          readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
          readonly podOwnerKind: {
            readonly group: string | null;
            readonly version: string;
            readonly kind: string;
          } | null;
        };
        readonly server: {
          readonly kubernetesService: string | null;
          readonly name: string;
          readonly namespace: string;
          readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
          readonly podOwnerKind: {
            readonly group: string | null;
            readonly version: string;
            readonly kind: string;
          } | null;
        };
      };
    }>;
  };
};

export type ExplainCallVariables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
  serverNamespaces?: ReadonlyArray<string> | string | null | undefined;
}>;

export type ExplainCallData = {
  readonly intents: ReadonlyArray<{
    readonly resolutionData: string | null;
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly ports: ReadonlyArray<number>;
    readonly protocols: ReadonlyArray<Schema.Protocol>;
    readonly evidence: ReadonlyArray<Schema.Evidence>;
    readonly count: number;
    readonly type: Schema.IntentType | null;
    readonly client: {
      readonly nameResolvedUsingAnnotation: boolean | null;
      readonly kubernetesService: string | null;
      readonly name: string;
      readonly namespace: string;
      readonly resolutionData: {
        readonly host: string | null;
        readonly podHostname: string | null;
        readonly procfsHostname: string | null;
        readonly port: number | null;
        readonly isService: boolean | null;
        readonly extraInfo: string | null;
        readonly hasLinkerdSidecar: boolean | null;
      } | null;
      readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    };
    readonly server: {
      readonly nameResolvedUsingAnnotation: boolean | null;
      readonly kubernetesService: string | null;
      readonly name: string;
      readonly namespace: string;
      readonly resolutionData: {
        readonly host: string | null;
        readonly podHostname: string | null;
        readonly procfsHostname: string | null;
        readonly port: number | null;
        readonly isService: boolean | null;
        readonly extraInfo: string | null;
        readonly hasLinkerdSidecar: boolean | null;
      } | null;
      readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    };
    readonly kafkaTopics: ReadonlyArray<{
      readonly deniedOperations: ReadonlyArray<Schema.KafkaOperation>;
      readonly assignedOperations: ReadonlyArray<Schema.KafkaOperation>;
      readonly groups: ReadonlyArray<string>;
      readonly name: string;
      readonly operations: ReadonlyArray<Schema.KafkaOperation> | null;
    }> | null;
    readonly httpResources: ReadonlyArray<{
      readonly grpc: boolean;
      readonly responseCodes: ReadonlyArray<number>;
      readonly path: string;
      readonly methods: ReadonlyArray<Schema.HttpMethod> | null;
    }> | null;
    readonly endpoints: ReadonlyArray<{
      readonly port: number;
      readonly targetPort: number | null;
      readonly protocol: Schema.Protocol | null;
    }>;
  }>;
};

export type HowFound = {
  readonly nameResolvedUsingAnnotation: boolean | null;
  readonly resolutionData: {
    readonly host: string | null;
    readonly podHostname: string | null;
    readonly procfsHostname: string | null;
    readonly port: number | null;
    readonly isService: boolean | null;
    readonly extraInfo: string | null;
    readonly hasLinkerdSidecar: boolean | null;
  } | null;
};

export type HealthVariables = Exact<{ [key: string]: never }>;

export type HealthData = { readonly health: boolean };

export type NamespacedNameWithLabelsFragment = {
  readonly kubernetesService: string | null;
  readonly name: string;
  readonly namespace: string;
  readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
  readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
};

export type NamespacedNameFragment = { readonly name: string; readonly namespace: string };

export type LabelsFragment = {
  readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
};

export type PodOwnerKind = {
  readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
};

export type IntentsVariables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
  includedLabels?: ReadonlyArray<string> | string | null | undefined;
  excludeServiceWithLabels?: ReadonlyArray<string> | string | null | undefined;
  server?: Schema.ServerFilter | null | undefined;
}>;

export type IntentsData = {
  readonly intents: ReadonlyArray<{
    readonly type: Schema.IntentType | null;
    readonly client: {
      readonly kubernetesService: string | null;
      readonly name: string;
      readonly namespace: string;
      readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    };
    readonly server: {
      readonly kubernetesService: string | null;
      readonly name: string;
      readonly namespace: string;
      readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    };
    readonly kafkaTopics: ReadonlyArray<{
      readonly name: string;
      readonly operations: ReadonlyArray<Schema.KafkaOperation> | null;
    }> | null;
    readonly httpResources: ReadonlyArray<{
      readonly path: string;
      readonly methods: ReadonlyArray<Schema.HttpMethod> | null;
    }> | null;
  }>;
};

export type IntentOfOriginal = {
  readonly type: Schema.IntentType | null;
  readonly client: {
    readonly kubernetesService: string | null;
    readonly name: string;
    readonly namespace: string;
    readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
    readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
  };
  readonly server: {
    readonly kubernetesService: string | null;
    readonly name: string;
    readonly namespace: string;
    readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
    readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
  };
  readonly kafkaTopics: ReadonlyArray<{
    readonly name: string;
    readonly operations: ReadonlyArray<Schema.KafkaOperation> | null;
  }> | null;
  readonly httpResources: ReadonlyArray<{
    readonly path: string;
    readonly methods: ReadonlyArray<Schema.HttpMethod> | null;
  }> | null;
};

export type IncomingTrafficVariables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
  since?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;

export type IncomingTrafficData = {
  readonly incomingTraffic: {
    readonly nodes: ReadonlyArray<{
      readonly address: string;
      readonly ports: ReadonlyArray<number>;
      readonly firstSeen: string;
      readonly lastSeen: string;
      readonly count: number;
      readonly server: { readonly name: string; readonly namespace: string };
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
};

export type ExternalTrafficVariables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
  since?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;

export type ExternalTrafficData = {
  readonly externalTraffic: {
    readonly nodes: ReadonlyArray<{
      readonly dnsName: string;
      readonly addresses: ReadonlyArray<string>;
      readonly firstSeen: string;
      readonly lastSeen: string;
      readonly count: number;
      readonly client: { readonly name: string; readonly namespace: string };
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
};

export type CloudOperationsVariables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
  since?: string | null | undefined;
  provider?: Schema.CloudProvider | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;

export type CloudOperationsData = {
  readonly cloudOperations: {
    readonly nodes: ReadonlyArray<{
      readonly provider: Schema.CloudProvider;
      readonly resource: string;
      readonly actions: ReadonlyArray<string>;
      readonly dataActions: ReadonlyArray<string>;
      readonly iamRole: string | null;
      readonly podIdentity: boolean;
      readonly firstSeen: string;
      readonly lastSeen: string;
      readonly count: number;
      readonly client: { readonly name: string; readonly namespace: string };
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
};

export type ReportCaptureResultsVariables = Exact<{
  results: Schema.CaptureResults;
}>;

export type ReportCaptureResultsData = { readonly reportCaptureResults: boolean };

export type ReportTcpCaptureResultsVariables = Exact<{
  results: Schema.CaptureTcpResults;
}>;

export type ReportTcpCaptureResultsData = { readonly reportTCPCaptureResults: boolean };

export type ReportSocketScanResultsVariables = Exact<{
  results: Schema.SocketScanResults;
}>;

export type ReportSocketScanResultsData = { readonly reportSocketScanResults: boolean };

export type ReportKafkaMapperResultsVariables = Exact<{
  results: Schema.KafkaMapperResults;
}>;

export type ReportKafkaMapperResultsData = { readonly reportKafkaMapperResults: boolean };

export type ReportIstioConnectionResultsVariables = Exact<{
  results: Schema.IstioConnectionResults;
}>;

export type ReportIstioConnectionResultsData = { readonly reportIstioConnectionResults: boolean };

export type ReportAwsOperationVariables = Exact<{
  operation: ReadonlyArray<Schema.AwsOperation> | Schema.AwsOperation;
}>;

export type ReportAwsOperationData = { readonly reportAWSOperation: boolean };

export type ReportAzureOperationVariables = Exact<{
  operation: ReadonlyArray<Schema.AzureOperation> | Schema.AzureOperation;
}>;

export type ReportAzureOperationData = { readonly reportAzureOperation: boolean };

export type ReportGcpOperationVariables = Exact<{
  operation: ReadonlyArray<Schema.GcpOperation> | Schema.GcpOperation;
}>;

export type ReportGcpOperationData = { readonly reportGCPOperation: boolean };

export type ReportTrafficLevelResultsVariables = Exact<{
  results: Schema.TrafficLevelResults;
}>;

export type ReportTrafficLevelResultsData = { readonly reportTrafficLevelResults: boolean };

export type ReportAgentStatusVariables = Exact<{
  status: Schema.AgentStatus;
}>;

export type ReportAgentStatusData = { readonly reportAgentStatus: boolean };

export type ResetCaptureVariables = Exact<{ [key: string]: never }>;

export type ResetCaptureData = { readonly resetCapture: boolean };

export type ServiceIntentsWithLabelsVariables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
  includedLabels?: ReadonlyArray<string> | string | null | undefined;
}>;

export type ServiceIntentsWithLabelsData = {
  readonly serviceIntents: ReadonlyArray<{
    readonly client: {
      readonly kubernetesService: string | null;
      readonly name: string;
      readonly namespace: string;
      readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    };
    readonly intents: ReadonlyArray<{
      readonly kubernetesService: string | null;
      readonly name: string;
      readonly namespace: string;
      readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    }>;
  }>;
};

export type ServiceIntentsUpToMapperV017Variables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
}>;

export type ServiceIntentsUpToMapperV017Data = {
  readonly serviceIntents: ReadonlyArray<{
    readonly client: { readonly name: string; readonly namespace: string };
    readonly intents: ReadonlyArray<{ readonly name: string; readonly namespace: string }>;
  }>;
};

export type ServiceKindsVariables = Exact<{ [key: string]: never }>;

export type ServiceKindsData = {
  readonly serviceIntents: ReadonlyArray<{
    readonly client: {
      readonly name: string;
      readonly namespace: string;
      readonly nameResolvedUsingAnnotation: boolean | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    };
    readonly intents: ReadonlyArray<{
      readonly name: string;
      readonly namespace: string;
      readonly nameResolvedUsingAnnotation: boolean | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    }>;
  }>;
};

export type NamedKind = {
  readonly name: string;
  readonly namespace: string;
  readonly nameResolvedUsingAnnotation: boolean | null;
  readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
};

export type UnmappedVariables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
  since?: string | null | undefined;
  first?: number | null | undefined;
}>;

export type UnmappedData = {
  readonly unmapped: {
    readonly totals: ReadonlyArray<{
      readonly reason: string;
      readonly evidence: Schema.Evidence;
      readonly count: number;
      readonly meaning: string;
    }>;
    readonly nodes: ReadonlyArray<{
      readonly reason: string;
      readonly evidence: Schema.Evidence;
      readonly namespace: string | null;
      readonly client: string;
      readonly server: string;
      readonly firstSeen: string;
      readonly lastSeen: string;
      readonly count: number;
    }>;
    readonly pageInfo: { readonly hasNextPage: boolean };
  };
};

export type WideIntentsVariables = Exact<{
  namespaces?: ReadonlyArray<string> | string | null | undefined;
  includedLabels?: ReadonlyArray<string> | string | null | undefined;
  excludeServiceWithLabels?: ReadonlyArray<string> | string | null | undefined;
  server?: Schema.ServerFilter | null | undefined;
  since?: string | null | undefined;
}>;

export type WideIntentsData = {
  readonly intents: ReadonlyArray<{
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly ports: ReadonlyArray<number>;
    readonly protocols: ReadonlyArray<Schema.Protocol>;
    readonly evidence: ReadonlyArray<Schema.Evidence>;
    readonly count: number;
    readonly type: Schema.IntentType | null;
    readonly kafkaTopics: ReadonlyArray<{
      readonly deniedOperations: ReadonlyArray<Schema.KafkaOperation>;
      readonly assignedOperations: ReadonlyArray<Schema.KafkaOperation>;
      readonly groups: ReadonlyArray<string>;
      readonly name: string;
      readonly operations: ReadonlyArray<Schema.KafkaOperation> | null;
    }> | null;
    readonly httpResources: ReadonlyArray<{
      readonly grpc: boolean;
      readonly responseCodes: ReadonlyArray<number>;
      readonly path: string;
      readonly methods: ReadonlyArray<Schema.HttpMethod> | null;
    }> | null;
    readonly endpoints: ReadonlyArray<{
      readonly port: number;
      readonly targetPort: number | null;
      readonly protocol: Schema.Protocol | null;
    }>;
    readonly client: {
      readonly kubernetesService: string | null;
      readonly name: string;
      readonly namespace: string;
      readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    };
    readonly server: {
      readonly kubernetesService: string | null;
      readonly name: string;
      readonly namespace: string;
      readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
      readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
    };
  }>;
};

export type WideIntent = {
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly ports: ReadonlyArray<number>;
  readonly protocols: ReadonlyArray<Schema.Protocol>;
  readonly evidence: ReadonlyArray<Schema.Evidence>;
  readonly count: number;
  readonly type: Schema.IntentType | null;
  readonly kafkaTopics: ReadonlyArray<{
    readonly deniedOperations: ReadonlyArray<Schema.KafkaOperation>;
    readonly assignedOperations: ReadonlyArray<Schema.KafkaOperation>;
    readonly groups: ReadonlyArray<string>;
    readonly name: string;
    readonly operations: ReadonlyArray<Schema.KafkaOperation> | null;
  }> | null;
  readonly httpResources: ReadonlyArray<{
    readonly grpc: boolean;
    readonly responseCodes: ReadonlyArray<number>;
    readonly path: string;
    readonly methods: ReadonlyArray<Schema.HttpMethod> | null;
  }> | null;
  readonly endpoints: ReadonlyArray<{
    readonly port: number;
    readonly targetPort: number | null;
    readonly protocol: Schema.Protocol | null;
  }>;
  readonly client: {
    readonly kubernetesService: string | null;
    readonly name: string;
    readonly namespace: string;
    readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
    readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
  };
  readonly server: {
    readonly kubernetesService: string | null;
    readonly name: string;
    readonly namespace: string;
    readonly labels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
    readonly podOwnerKind: { readonly group: string | null; readonly version: string; readonly kind: string } | null;
  };
};

export type WorkloadVariables = Exact<{
  name: string;
  namespace: string;
}>;

export type WorkloadData = {
  readonly workload: {
    readonly problem: string | null;
    readonly hostAddresses: ReadonlyArray<string>;
    readonly kind: { readonly kind: string } | null;
    readonly matchLabels: ReadonlyArray<{ readonly key: string; readonly value: string }> | null;
    readonly services: ReadonlyArray<{
      readonly name: string;
      readonly selector: ReadonlyArray<{ readonly key: string; readonly value: string }>;
    }>;
  };
};

export const agents: Operation<AgentsData, AgentsVariables> = {
  document:
    'query Agents{agents{kind name version startedAt captured dropped droppedByInterface lost reported lastSeen}}',
  operationName: 'Agents',
};
export const changes: Operation<ChangesData, ChangesVariables> = {
  document:
    'query Changes($after:String$first:Int){changes(after:$after first:$first){changes{intent{...WideIntent}gone}cursor more restarted}}fragment WideIntent on Intent{...IntentOfOriginal kafkaTopics{deniedOperations assignedOperations groups}httpResources{grpc responseCodes}firstSeen lastSeen ports protocols endpoints{port targetPort protocol}evidence count}fragment IntentOfOriginal on Intent{client{...NamespacedNameWithLabelsFragment}server{...NamespacedNameWithLabelsFragment}type kafkaTopics{name operations}httpResources{path methods}}fragment NamespacedNameWithLabelsFragment on OtterizeServiceIdentity{...NamespacedNameFragment ...LabelsFragment ...PodOwnerKind kubernetesService}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}fragment LabelsFragment on OtterizeServiceIdentity{labels{key value}}fragment PodOwnerKind on OtterizeServiceIdentity{podOwnerKind{group version kind}}',
  operationName: 'Changes',
};
export const explainCall: Operation<ExplainCallData, ExplainCallVariables> = {
  document:
    'query ExplainCall($namespaces:[String!]$serverNamespaces:[String!]){intents(namespaces:$namespaces serverNamespaces:$serverNamespaces){...WideIntent resolutionData client{...HowFound}server{...HowFound}}}fragment WideIntent on Intent{...IntentOfOriginal kafkaTopics{deniedOperations assignedOperations groups}httpResources{grpc responseCodes}firstSeen lastSeen ports protocols endpoints{port targetPort protocol}evidence count}fragment IntentOfOriginal on Intent{client{...NamespacedNameWithLabelsFragment}server{...NamespacedNameWithLabelsFragment}type kafkaTopics{name operations}httpResources{path methods}}fragment NamespacedNameWithLabelsFragment on OtterizeServiceIdentity{...NamespacedNameFragment ...LabelsFragment ...PodOwnerKind kubernetesService}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}fragment LabelsFragment on OtterizeServiceIdentity{labels{key value}}fragment PodOwnerKind on OtterizeServiceIdentity{podOwnerKind{group version kind}}fragment HowFound on OtterizeServiceIdentity{nameResolvedUsingAnnotation resolutionData{host podHostname procfsHostname port isService extraInfo hasLinkerdSidecar}}',
  operationName: 'ExplainCall',
};
export const health: Operation<HealthData, HealthVariables> = {
  document: 'query Health{health}',
  operationName: 'Health',
};
export const intents: Operation<IntentsData, IntentsVariables> = {
  document:
    'query Intents($namespaces:[String!]$includedLabels:[String!]$excludeServiceWithLabels:[String!]$server:ServerFilter){intents(namespaces:$namespaces includeLabels:$includedLabels excludeServiceWithLabels:$excludeServiceWithLabels server:$server){...IntentOfOriginal}}fragment IntentOfOriginal on Intent{client{...NamespacedNameWithLabelsFragment}server{...NamespacedNameWithLabelsFragment}type kafkaTopics{name operations}httpResources{path methods}}fragment NamespacedNameWithLabelsFragment on OtterizeServiceIdentity{...NamespacedNameFragment ...LabelsFragment ...PodOwnerKind kubernetesService}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}fragment LabelsFragment on OtterizeServiceIdentity{labels{key value}}fragment PodOwnerKind on OtterizeServiceIdentity{podOwnerKind{group version kind}}',
  operationName: 'Intents',
};
export const incomingTraffic: Operation<IncomingTrafficData, IncomingTrafficVariables> = {
  document:
    'query IncomingTraffic($namespaces:[String!]$since:Time$first:Int$after:String){incomingTraffic(namespaces:$namespaces since:$since first:$first after:$after){nodes{server{...NamespacedNameFragment}address ports firstSeen lastSeen count}pageInfo{hasNextPage endCursor}}}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}',
  operationName: 'IncomingTraffic',
};
export const externalTraffic: Operation<ExternalTrafficData, ExternalTrafficVariables> = {
  document:
    'query ExternalTraffic($namespaces:[String!]$since:Time$first:Int$after:String){externalTraffic(namespaces:$namespaces since:$since first:$first after:$after){nodes{client{...NamespacedNameFragment}dnsName addresses firstSeen lastSeen count}pageInfo{hasNextPage endCursor}}}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}',
  operationName: 'ExternalTraffic',
};
export const cloudOperations: Operation<CloudOperationsData, CloudOperationsVariables> = {
  document:
    'query CloudOperations($namespaces:[String!]$since:Time$provider:CloudProvider$first:Int$after:String){cloudOperations(namespaces:$namespaces since:$since provider:$provider first:$first after:$after){nodes{client{...NamespacedNameFragment}provider resource actions dataActions iamRole podIdentity firstSeen lastSeen count}pageInfo{hasNextPage endCursor}}}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}',
  operationName: 'CloudOperations',
};
export const reportCaptureResults: Operation<ReportCaptureResultsData, ReportCaptureResultsVariables> = {
  document: 'mutation reportCaptureResults($results:CaptureResults!){reportCaptureResults(results:$results)}',
  operationName: 'reportCaptureResults',
};
export const reportTCPCaptureResults: Operation<ReportTcpCaptureResultsData, ReportTcpCaptureResultsVariables> = {
  document: 'mutation reportTCPCaptureResults($results:CaptureTCPResults!){reportTCPCaptureResults(results:$results)}',
  operationName: 'reportTCPCaptureResults',
};
export const reportSocketScanResults: Operation<ReportSocketScanResultsData, ReportSocketScanResultsVariables> = {
  document: 'mutation reportSocketScanResults($results:SocketScanResults!){reportSocketScanResults(results:$results)}',
  operationName: 'reportSocketScanResults',
};
export const reportKafkaMapperResults: Operation<ReportKafkaMapperResultsData, ReportKafkaMapperResultsVariables> = {
  document:
    'mutation reportKafkaMapperResults($results:KafkaMapperResults!){reportKafkaMapperResults(results:$results)}',
  operationName: 'reportKafkaMapperResults',
};
export const reportIstioConnectionResults: Operation<
  ReportIstioConnectionResultsData,
  ReportIstioConnectionResultsVariables
> = {
  document:
    'mutation reportIstioConnectionResults($results:IstioConnectionResults!){reportIstioConnectionResults(results:$results)}',
  operationName: 'reportIstioConnectionResults',
};
export const reportAWSOperation: Operation<ReportAwsOperationData, ReportAwsOperationVariables> = {
  document: 'mutation reportAWSOperation($operation:[AWSOperation!]!){reportAWSOperation(operation:$operation)}',
  operationName: 'reportAWSOperation',
};
export const reportAzureOperation: Operation<ReportAzureOperationData, ReportAzureOperationVariables> = {
  document: 'mutation reportAzureOperation($operation:[AzureOperation!]!){reportAzureOperation(operation:$operation)}',
  operationName: 'reportAzureOperation',
};
export const reportGCPOperation: Operation<ReportGcpOperationData, ReportGcpOperationVariables> = {
  document: 'mutation reportGCPOperation($operation:[GCPOperation!]!){reportGCPOperation(operation:$operation)}',
  operationName: 'reportGCPOperation',
};
export const reportTrafficLevelResults: Operation<ReportTrafficLevelResultsData, ReportTrafficLevelResultsVariables> = {
  document:
    'mutation reportTrafficLevelResults($results:TrafficLevelResults!){reportTrafficLevelResults(results:$results)}',
  operationName: 'reportTrafficLevelResults',
};
export const reportAgentStatus: Operation<ReportAgentStatusData, ReportAgentStatusVariables> = {
  document: 'mutation reportAgentStatus($status:AgentStatus!){reportAgentStatus(status:$status)}',
  operationName: 'reportAgentStatus',
};
export const resetCapture: Operation<ResetCaptureData, ResetCaptureVariables> = {
  document: 'mutation ResetCapture{resetCapture}',
  operationName: 'ResetCapture',
};
export const serviceIntentsWithLabels: Operation<ServiceIntentsWithLabelsData, ServiceIntentsWithLabelsVariables> = {
  document:
    'query ServiceIntentsWithLabels($namespaces:[String!]$includedLabels:[String!]){serviceIntents(namespaces:$namespaces includeLabels:$includedLabels){client{...NamespacedNameWithLabelsFragment}intents{...NamespacedNameWithLabelsFragment}}}fragment NamespacedNameWithLabelsFragment on OtterizeServiceIdentity{...NamespacedNameFragment ...LabelsFragment ...PodOwnerKind kubernetesService}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}fragment LabelsFragment on OtterizeServiceIdentity{labels{key value}}fragment PodOwnerKind on OtterizeServiceIdentity{podOwnerKind{group version kind}}',
  operationName: 'ServiceIntentsWithLabels',
};
export const serviceIntentsUpToMapperV017: Operation<
  ServiceIntentsUpToMapperV017Data,
  ServiceIntentsUpToMapperV017Variables
> = {
  document:
    'query ServiceIntentsUpToMapperV017($namespaces:[String!]){serviceIntents(namespaces:$namespaces){client{...NamespacedNameFragment}intents{...NamespacedNameFragment}}}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}',
  operationName: 'ServiceIntentsUpToMapperV017',
};
export const serviceKinds: Operation<ServiceKindsData, ServiceKindsVariables> = {
  document:
    'query ServiceKinds{serviceIntents{client{...NamedKind}intents{...NamedKind}}}fragment NamedKind on OtterizeServiceIdentity{name namespace nameResolvedUsingAnnotation podOwnerKind{group version kind}}',
  operationName: 'ServiceKinds',
};
export const unmapped: Operation<UnmappedData, UnmappedVariables> = {
  document:
    'query Unmapped($namespaces:[String!]$since:Time$first:Int){unmapped(namespaces:$namespaces since:$since first:$first){totals{reason evidence count meaning}nodes{reason evidence namespace client server firstSeen lastSeen count}pageInfo{hasNextPage}}}',
  operationName: 'Unmapped',
};
export const wideIntents: Operation<WideIntentsData, WideIntentsVariables> = {
  document:
    'query WideIntents($namespaces:[String!]$includedLabels:[String!]$excludeServiceWithLabels:[String!]$server:ServerFilter$since:Time){intents(namespaces:$namespaces includeLabels:$includedLabels excludeServiceWithLabels:$excludeServiceWithLabels server:$server since:$since){...WideIntent}}fragment WideIntent on Intent{...IntentOfOriginal kafkaTopics{deniedOperations assignedOperations groups}httpResources{grpc responseCodes}firstSeen lastSeen ports protocols endpoints{port targetPort protocol}evidence count}fragment IntentOfOriginal on Intent{client{...NamespacedNameWithLabelsFragment}server{...NamespacedNameWithLabelsFragment}type kafkaTopics{name operations}httpResources{path methods}}fragment NamespacedNameWithLabelsFragment on OtterizeServiceIdentity{...NamespacedNameFragment ...LabelsFragment ...PodOwnerKind kubernetesService}fragment NamespacedNameFragment on OtterizeServiceIdentity{name namespace}fragment LabelsFragment on OtterizeServiceIdentity{labels{key value}}fragment PodOwnerKind on OtterizeServiceIdentity{podOwnerKind{group version kind}}',
  operationName: 'WideIntents',
};
export const workload: Operation<WorkloadData, WorkloadVariables> = {
  document:
    'query Workload($name:String!$namespace:String!){workload(name:$name namespace:$namespace){kind{kind}matchLabels{key value}problem services{name selector{key value}}hostAddresses}}',
  operationName: 'Workload',
};
