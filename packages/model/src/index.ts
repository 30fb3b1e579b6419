// Identities
export { identityKey, type ServiceIdentity } from './identity.ts';
export {
  foundNothing,
  internLabels,
  internWorkload,
  throughService,
  type Found,
  type LabelSet,
  type OwnerKind,
  type Workload,
  type WorkloadFacts,
} from './workload.ts';

export { Interned } from './interned.ts';
export { sharedText } from './shared-text.ts';

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

// What is not on the map
export { skipReasons, type SkipReason } from './skip-reason.ts';
