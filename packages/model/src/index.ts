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

// What is seen
export type { Evidence, SeenClient, SeenServer, Sighting } from './sighting.ts';
export { skipReasons, type SkipReason } from './skip-reason.ts';
