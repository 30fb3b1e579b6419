// A Kubernetes API in this process
export { createKubernetesApi, KubernetesApi, type KubernetesApiOptions, type LoggedRequest } from './kubernetes-api.ts';
export type { ContainerReference, WrittenLine } from './pod-logs.ts';
export type { Fault, RequestMatch } from './faults.ts';
export { badRequest, expired, statuses, type ApiStatus } from './status.ts';
export { updateEndpointSlices } from './endpoint-slices.ts';
export { kubeconfigFor } from './kubeconfig.ts';

// Builders of objects
export type { KubernetesObject, ObjectMeta, ObjectReference, OwnerReference } from './kubernetes-object.ts';
export {
  cronJob,
  daemonSet,
  deployed,
  deployment,
  endpoints,
  job,
  node,
  object,
  ofSize,
  ownedBy,
  pod,
  podSuffix,
  replicaSet,
  rollout,
  service,
  statefulSet,
} from './builders.ts';

// Fixtures
export { readJsonLines } from './json-lines.ts';

// Servers of a test's own
export { realPart, type RealPart } from './real-part.ts';
export { createRecordingMapper, type RecordingMapper, type ReportedEntry } from './recording-mapper.ts';
export { freePort } from './free-port.ts';
export { listenLocally, type LocalServer } from './listen-locally.ts';

// Who may
export { covers, rightsOf, ruleOf, toText, type AccessRules, type PolicyRule, type Right } from './access-rules.ts';
export type { AccessQuestion, Reviews, TokenOwner } from './reviews.ts';
