// Connecting
export { connectKube, type ConnectOptions } from './access/connect-kube.ts';
export { KubeConfigError } from './access/cluster-access.ts';
export {
  KubeConnection,
  type Answer,
  type GetOptions,
  type PatchOptions,
  type StreamOptions,
} from './access/kube-connection.ts';
export { KubeError, type KubeErrorCode } from './access/kube-error.ts';

// Objects
export type { KubeObject, ObjectMetadata, OwnerReference } from './kube-object.ts';
export { collectionPath, objectPath, type ObjectSelection, type Resource } from './resource.ts';

// The cluster as records
export { WatchedCollection, type CollectionState, type WatchedCollectionOptions } from './watch/watched-collection.ts';
export { OwnerReader, type OwnerLookup } from './lookup/owner-reader.ts';

// Into the cluster
export { forwardPort, type ForwardedPort, type PodPort } from './channels/forward-port.ts';
export { execInPod, type CommandResult, type PodCommand } from './channels/exec-in-pod.ts';
export { followPodLogs, type FollowedContainer, type LogLine } from './channels/pod-logs.ts';
export { podOfService } from './lookup/service-pod.ts';
export { nodeNames } from './lookup/node-names.ts';
