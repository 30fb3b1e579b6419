/**
 * Messages of the Kubernetes API: each member with its number in `generated.proto` of k8s.io/api and
 * k8s.io/apimachinery, and its type. Members that stand here are written as a real API server writes them; see
 * `encodeMessage` for the others.
 */
export type MessageType = Readonly<Record<string, MemberType>>;

export interface MemberType {
  readonly number: number;
  readonly type:
    'text' | 'integer' | 'boolean' | 'time' | 'map' | 'quantities' | 'json' | 'int-or-string' | MessageType;
  readonly repeated?: boolean;
  /** A pointer in Go: left out when absent. Go writes the zero values of all others. */
  readonly optional?: boolean;
}

type Scalar = 'text' | 'integer' | 'boolean' | 'time' | 'map' | 'quantities' | 'json' | 'int-or-string';

const of =
  (type: Scalar | MessageType) =>
  (number: number): MemberType => ({ number, type });
const text = of('text');
const integer = of('integer');
const boolean = of('boolean');
const time = of('time');
const map = of('map');
const quantities = of('quantities');
const message = (number: number, type: MessageType): MemberType => ({ number, type, optional: true });
const many = (member: MemberType): MemberType => ({ ...member, repeated: true });
const optional = (member: MemberType): MemberType => ({ ...member, optional: true });

const metadata: MessageType = {
  name: text(1),
  generateName: text(2),
  namespace: text(3),
  selfLink: text(4),
  uid: text(5),
  resourceVersion: text(6),
  generation: integer(7),
  creationTimestamp: time(8),
  deletionTimestamp: time(9),
  deletionGracePeriodSeconds: optional(integer(10)),
  labels: map(11),
  annotations: map(12),
  ownerReferences: many(
    message(13, {
      kind: text(1),
      name: text(3),
      uid: text(4),
      apiVersion: text(5),
      controller: optional(boolean(6)),
      blockOwnerDeletion: optional(boolean(7)),
    }),
  ),
  finalizers: many(text(14)),
  managedFields: many(
    message(17, {
      manager: text(1),
      operation: text(2),
      apiVersion: text(3),
      time: time(4),
      fieldsType: text(6),
      fieldsV1: { number: 7, type: 'json', optional: true },
      subresource: text(8),
    }),
  ),
};

const condition: MessageType = {
  type: text(1),
  status: text(2),
  lastProbeTime: time(3),
  lastTransitionTime: time(4),
  reason: text(5),
  message: text(6),
};

const container: MessageType = {
  name: text(1),
  image: text(2),
  command: many(text(3)),
  args: many(text(4)),
  workingDir: text(5),
  ports: many(
    message(6, { name: text(1), hostPort: integer(2), containerPort: integer(3), protocol: text(4), hostIP: text(5) }),
  ),
  env: many(message(7, { name: text(1), value: text(2) })),
  resources: message(8, { limits: quantities(1), requests: quantities(2) }),
  volumeMounts: many(message(9, { name: text(1), readOnly: boolean(2), mountPath: text(3), subPath: text(4) })),
  terminationMessagePath: text(13),
  imagePullPolicy: text(14),
  terminationMessagePolicy: text(20),
};

const containerState: MessageType = {
  waiting: message(1, { reason: text(1), message: text(2) }),
  running: message(2, { startedAt: time(1) }),
  terminated: message(3, {
    exitCode: integer(1),
    signal: integer(2),
    reason: text(3),
    message: text(4),
    startedAt: time(5),
    finishedAt: time(6),
    containerID: text(7),
  }),
};

const containerStatus: MessageType = {
  name: text(1),
  state: message(2, containerState),
  lastState: message(3, containerState),
  ready: boolean(4),
  restartCount: integer(5),
  image: text(6),
  imageID: text(7),
  containerID: text(8),
  started: optional(boolean(9)),
};

const pod: MessageType = {
  metadata: message(1, metadata),
  spec: message(2, {
    containers: many(message(2, container)),
    restartPolicy: text(3),
    terminationGracePeriodSeconds: optional(integer(4)),
    dnsPolicy: text(6),
    nodeSelector: map(7),
    serviceAccountName: text(8),
    serviceAccount: text(9),
    nodeName: text(10),
    hostNetwork: boolean(11),
    hostPID: boolean(12),
    hostIPC: boolean(13),
    hostname: text(16),
    subdomain: text(17),
    schedulerName: text(19),
    initContainers: many(message(20, container)),
    tolerations: many(
      message(22, {
        key: text(1),
        operator: text(2),
        value: text(3),
        effect: text(4),
        tolerationSeconds: optional(integer(5)),
      }),
    ),
    priorityClassName: text(24),
    priority: optional(integer(25)),
    enableServiceLinks: optional(boolean(30)),
    preemptionPolicy: optional(text(31)),
    setHostnameAsFQDN: optional(boolean(35)),
    hostnameOverride: optional(text(41)),
  }),
  status: message(3, {
    phase: text(1),
    conditions: many(message(2, condition)),
    message: text(3),
    reason: text(4),
    hostIP: text(5),
    podIP: text(6),
    startTime: time(7),
    containerStatuses: many(message(8, containerStatus)),
    qosClass: text(9),
    initContainerStatuses: many(message(10, containerStatus)),
    nominatedNodeName: text(11),
    podIPs: many(message(12, { ip: text(1) })),
    ephemeralContainerStatuses: many(message(13, containerStatus)),
    hostIPs: many(message(16, { ip: text(1) })),
  }),
};

const service: MessageType = {
  metadata: message(1, metadata),
  spec: message(2, {
    ports: many(
      message(1, {
        name: text(1),
        protocol: text(2),
        port: integer(3),
        targetPort: { number: 4, type: 'int-or-string' },
        nodePort: integer(5),
        appProtocol: optional(text(6)),
      }),
    ),
    selector: map(2),
    clusterIP: text(3),
    type: text(4),
    externalIPs: many(text(5)),
    sessionAffinity: text(7),
    loadBalancerIP: text(8),
    externalName: text(10),
    externalTrafficPolicy: text(11),
    healthCheckNodePort: integer(12),
    publishNotReadyAddresses: boolean(13),
    ipFamilyPolicy: optional(text(17)),
    clusterIPs: many(text(18)),
    ipFamilies: many(text(19)),
    internalTrafficPolicy: optional(text(22)),
  }),
  status: message(3, {
    loadBalancer: message(1, {
      ingress: many(message(1, { ip: text(1), hostname: text(2), ipMode: optional(text(3)) })),
    }),
  }),
};

const endpointSlice: MessageType = {
  metadata: message(1, metadata),
  endpoints: many(
    message(2, {
      addresses: many(text(1)),
      conditions: message(2, {
        ready: optional(boolean(1)),
        serving: optional(boolean(2)),
        terminating: optional(boolean(3)),
      }),
      hostname: optional(text(3)),
      targetRef: message(4, {
        kind: text(1),
        namespace: text(2),
        name: text(3),
        uid: text(4),
        apiVersion: text(5),
        resourceVersion: text(6),
        fieldPath: text(7),
      }),
      nodeName: optional(text(6)),
      zone: optional(text(7)),
    }),
  ),
  ports: many(
    message(3, {
      name: optional(text(1)),
      protocol: optional(text(2)),
      port: optional(integer(3)),
      appProtocol: optional(text(4)),
    }),
  ),
  addressType: text(4),
};

const node: MessageType = {
  metadata: message(1, metadata),
  spec: message(2, {
    podCIDR: text(1),
    providerID: text(3),
    unschedulable: boolean(4),
    podCIDRs: many(text(7)),
  }),
  status: message(3, {
    capacity: quantities(1),
    allocatable: quantities(2),
    phase: text(3),
    conditions: many(message(4, { ...condition, lastHeartbeatTime: time(3) })),
    addresses: many(message(5, { type: text(1), address: text(2) })),
    images: many(message(8, { names: many(text(1)), sizeBytes: integer(2) })),
  }),
};

/** Metadata alone, of an object of any kind. */
export const partialObjectMetadata: MessageType = { metadata: message(1, metadata) };

/** What the list says of itself. */
export const listMetadata: MessageType = {
  selfLink: text(1),
  resourceVersion: text(2),
  continue: text(3),
  remainingItemCount: optional(integer(4)),
};

const messageTypes: Readonly<Record<string, MessageType>> = {
  'v1 Pod': pod,
  'v1 Service': service,
  'v1 Node': node,
  'discovery.k8s.io/v1 EndpointSlice': endpointSlice,
};

/** The message of a kind; undefined for kinds that are served in JSON only. */
export function messageTypeOf(kind: { readonly groupVersion: string; readonly kind: string }): MessageType | undefined {
  return messageTypes[`${kind.groupVersion} ${kind.kind}`];
}
