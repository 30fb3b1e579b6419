// Connecting
export { connectKube, type ConnectOptions } from './connect-kube.ts';
export { KubeConfigError } from './cluster-access.ts';
export {
  KubeConnection,
  type Answer,
  type GetOptions,
  type PatchOptions,
  type StreamOptions,
} from './kube-connection.ts';
export { KubeError, type KubeErrorCode } from './kube-error.ts';

// Objects
export type { KubeObject, ObjectMetadata, OwnerReference } from './kube-object.ts';
export { collectionPath, objectPath, type Resource } from './resource.ts';

// The cluster as records
export { WatchedCollection, type CollectionState, type WatchedCollectionOptions } from './watched-collection.ts';
export { OwnerReader, type OwnerLookup } from './owner-reader.ts';

// Into the cluster
export { forwardPort, type ForwardedPort, type PodPort } from './forward-port.ts';
export { podOfService } from './service-pod.ts';
