// Identities
export { identityKey, type ServiceIdentity } from './identity.ts';
export {
  namedWorkload,
  unknownProvenance,
  type LabelSet,
  type OwnerKind,
  type Provenance,
  type Workload,
} from './workload.ts';

// Addresses
export { isUnspecified, normalAddress, parseIpv6 } from './address.ts';

// What is seen
export {
  partyText,
  type AddressParty,
  type NameParty,
  type Party,
  type PodParty,
  type ResourceParty,
  type WorkloadParty,
} from './party.ts';
export { evidenceKinds, evidences, type Evidence } from './evidence.ts';
export {
  isExpendable,
  mergeSightings,
  mostSourcePorts,
  saysMore,
  sightingKey,
  type CloudDetail,
  type ConnectionDetail,
  type DnsDetail,
  type HttpDetail,
  type KafkaDetail,
  type Sighting,
  type SightingDetail,
  type TrafficLevelDetail,
} from './sighting.ts';

// What is known
export {
  protocolBits,
  type CloudEdge,
  type CloudProvider,
  type Edge,
  type EdgeBase,
  type ExternalEdge,
  type IncomingEdge,
  type IntentEdge,
  type IntentType,
  type TrafficLevelEdge,
  type TrafficSample,
} from './edge.ts';
export {
  hasPort,
  mostEndpoints,
  toEndpoints,
  toPorts,
  withEndpoint,
  type Endpoint,
  type EndpointSet,
  type Protocol,
} from './endpoint.ts';
export { evidenceBit, toEvidences, type EvidenceSet } from './evidence-set.ts';

// What is not on the map
export { skipReasons, type SkipReason } from './skip-reason.ts';
export { ReasonCounts } from './reason-counts.ts';
