/**
 * The members of an object that are read, each with its number in the protocol buffers of the Kubernetes API
 * (`generated.proto` of k8s.io/api and k8s.io/apimachinery) and its type. All others are skipped unread.
 */
export type FieldSelection = Readonly<Record<string, Field>>;

export interface Field {
  readonly number: number;
  readonly type: FieldType;
  readonly repeated?: boolean;
  /** A pointer in Go: its zero value means something, where that of other fields means that nothing was said. */
  readonly optional?: boolean;
}

type FieldType =
  | 'text'
  /** A text that many objects have, such as a namespace: held once, not for each of them. */
  | 'recurring'
  | 'integer'
  | 'boolean'
  /** Decoded to milliseconds since the epoch: RFC 3339 in JSON, seconds and nanoseconds in protocol buffers. */
  | 'time'
  /** Texts by text: labels and the like. */
  | 'map'
  | FieldSelection;

const text = (number: number): Field => ({ number, type: 'text' });
const recurring = (number: number): Field => ({ number, type: 'recurring' });
const texts = (number: number): Field => ({ number, type: 'text', repeated: true });
const integer = (number: number): Field => ({ number, type: 'integer' });
const boolean = (number: number): Field => ({ number, type: 'boolean' });
const time = (number: number): Field => ({ number, type: 'time' });
const map = (number: number): Field => ({ number, type: 'map' });
const message = (number: number, type: FieldSelection): Field => ({ number, type });
const messages = (number: number, type: FieldSelection): Field => ({ number, type, repeated: true });

const ownerReference: FieldSelection = {
  kind: recurring(1),
  name: recurring(3),
  apiVersion: recurring(5),
  controller: boolean(6),
};

const metadata = message(1, {
  name: text(1),
  namespace: recurring(3),
  uid: text(5),
  creationTimestamp: time(8),
  deletionTimestamp: time(9),
  labels: map(11),
  annotations: map(12),
  ownerReferences: messages(13, ownerReference),
});

/** Metadata alone, of an object of any kind. */
export const metadataSelection: FieldSelection = { metadata };

/** Of a list's own metadata. */
export const listMetadata: FieldSelection = { resourceVersion: text(2), continue: text(3) };

const container: FieldSelection = { name: recurring(1), image: recurring(2) };
const containerState: FieldSelection = { terminated: message(3, { finishedAt: time(6) }) };
const containerStatuses = (number: number): Field => messages(number, { state: message(2, containerState) });

const pod: FieldSelection = {
  metadata,
  spec: message(2, {
    containers: messages(2, container),
    nodeName: recurring(10),
    hostNetwork: boolean(11),
    hostname: text(16),
    subdomain: text(17),
    initContainers: messages(20, { name: recurring(1) }),
    setHostnameAsFQDN: boolean(35),
    hostnameOverride: text(41),
  }),
  status: message(3, {
    phase: recurring(1),
    startTime: time(7),
    containerStatuses: containerStatuses(8),
    initContainerStatuses: containerStatuses(10),
    podIPs: messages(12, { ip: text(1) }),
    ephemeralContainerStatuses: containerStatuses(13),
  }),
};

const service: FieldSelection = {
  metadata,
  spec: message(2, {
    ports: messages(1, { name: recurring(1), protocol: recurring(2), port: integer(3), nodePort: integer(5) }),
    clusterIP: text(3),
    type: recurring(4),
    externalIPs: texts(5),
    externalName: text(10),
    clusterIPs: texts(18),
  }),
  status: message(3, { loadBalancer: message(1, { ingress: messages(1, { ip: text(1) }) }) }),
};

const endpointSlice: FieldSelection = {
  metadata,
  endpoints: messages(2, {
    addresses: texts(1),
    conditions: message(2, { ready: { ...boolean(1), optional: true } }),
    targetRef: message(4, { kind: recurring(1), namespace: recurring(2), name: text(3) }),
  }),
  ports: messages(3, { name: { ...recurring(1), optional: true }, protocol: recurring(2), port: integer(3) }),
};

const node: FieldSelection = {
  metadata,
  spec: message(2, { podCIDR: text(1), podCIDRs: texts(7) }),
  status: message(3, { addresses: messages(5, { type: text(1), address: text(2) }) }),
};

const fieldsOfKind: Readonly<Record<string, FieldSelection>> = {
  '/v1/pods': pod,
  '/v1/services': service,
  '/v1/nodes': node,
  'discovery.k8s.io/v1/endpointslices': endpointSlice,
};

/** What is read of a kind; undefined for kinds that are read whole, from JSON. */
export function selectionFor(resource: {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}): FieldSelection | undefined {
  return fieldsOfKind[`${resource.group}/${resource.version}/${resource.plural}`];
}
