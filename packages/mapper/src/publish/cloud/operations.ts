/** The mutations of the cloud's API that a mapper sends, with the names by which the cloud knows them. */
export const operations = {
  ReportDiscoveredIntents:
    'mutation ReportDiscoveredIntents($intents: [DiscoveredIntentInput!]!) { reportDiscoveredIntents(intents: $intents) }',
  ReportExternalTrafficDiscoveredIntents:
    'mutation ReportExternalTrafficDiscoveredIntents($intents: [ExternalTrafficDiscoveredIntentInput!]!) { reportExternalTrafficDiscoveredIntents(intents: $intents) }',
  ReportIncomingTrafficDiscoveredIntents:
    'mutation ReportIncomingTrafficDiscoveredIntents($intents: [IncomingTrafficDiscoveredIntentInput!]!) { reportIncomingTrafficDiscoveredIntents(intents: $intents) }',
  ReportTrafficLevels:
    'mutation ReportTrafficLevels($trafficLevels: [TrafficLevelInput!]!) { reportTrafficLevels(trafficLevels: $trafficLevels) }',
  ReportComponentStatus:
    'mutation ReportComponentStatus($component: ComponentType!) { reportIntegrationComponentStatus(component: $component) }',
  ReportK8sServices:
    'mutation ReportK8sServices($namespace: String!, $services: [K8sServiceInput!]!) { reportK8sServices(namespace: $namespace, services: $services) }',
  ReportK8sIngresses:
    'mutation ReportK8sIngresses($namespace: String!, $ingresses: [K8sIngressInput!]!) { reportK8sIngresses(namespace: $namespace, ingresses: $ingresses) }',
  ReportNamespaceLabels:
    'mutation ReportNamespaceLabels($name: String!, $labels: [LabelInput!]) { reportNamespaceLabels(name: $name, labels: $labels) }',
  ReportWorkloadsMetadata:
    'mutation ReportWorkloadsMetadata($workloadsLabels: [ReportServiceMetadataInput!]!) { reportServicesMetadata(servicesMeta: $workloadsLabels) }',
  ReportNetworkPolicies:
    'mutation ReportNetworkPolicies($namespace: String!, $networkPolicies: [NetworkPolicyInput!]!) { reportNetworkPolicies(namespace: $namespace, networkPolicies: $networkPolicies) }',
  ReportCiliumClusterWideNetworkPolicies:
    'mutation ReportCiliumClusterWideNetworkPolicies($networkPolicies: [NetworkPolicyInput!]!) { reportNetworkPolicies(networkPolicies: $networkPolicies) }',
  ReportK8sWebhookServices:
    'mutation ReportK8sWebhookServices($services: [K8sWebhookServiceInput!]!) { reportK8sWebhookServices(services: $services) }',
  ReportK8sResourceEligibleForMetricsCollection:
    'mutation ReportK8sResourceEligibleForMetricsCollection($namespace: String!, $reason: EligibleForMetricsCollectionReason!, $resources: [K8sResourceEligibleForMetricsCollectionInput!]!) { reportK8sResourceEligibleForMetricsCollection(namespace: $namespace, reason: $reason, resources: $resources) }',
} as const;

export type CloudOperation = keyof typeof operations;
