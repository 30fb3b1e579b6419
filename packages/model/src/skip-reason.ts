/**
 * Why a sighting is not on the map: the label `reason` of the metric `mapper_sightings_skipped_total`, the query
 * `unmapped`, and a row of docs/skip-reasons.md. A reason is added here or nowhere.
 */
export const skipReasons = {
  'alias-cycle': 'Services of type ExternalName lead to each other, or through too many of them.',
  'ambiguous-address': 'Several pods claim the address at that time, and nothing distinguished them.',
  'ambiguous-service': 'Several Services claim the address or the port.',
  'api-server-address': 'The destination is an address of the API server itself, not its Service.',
  'bad-destination': 'A traffic report from outside named no address or no port.',
  'bad-name': 'The name ends like a name of the cluster but is none of the forms of Kubernetes DNS.',
  'evidence-off': 'This kind of evidence is switched off by an option of the mapper.',
  'excluded-namespace': 'The client or the server is in a namespace that an option excludes.',
  'external-off': 'The capture of traffic to the outside is switched off by an option of the mapper.',
  'host-network': 'The pod shares its node’s address, and the agent did not say which pod the process belongs to.',
  'hostname-mismatch': 'The process that was seen says it runs in another pod than the one that holds the address.',
  'implausible-time': 'The time of the sighting is before 2000 or more than a day ahead of the mapper’s clock.',
  'internal-address': 'The source is an address of the cluster that is no pod’s: a Service, or link-local.',
  'load-balancer-name': 'Traffic from outside came to an address that no Service, port or pod claims.',
  'name-mismatch': 'Traffic from outside named another pod than the one that holds the address now.',
  'no-address': 'DNS answered with an address that means "none" (`0.0.0.0` or `::`), so nothing was called.',
  'no-client': 'A cloud operation named neither a client nor a source address.',
  'no-pod': 'No pod held the address at that time.',
  'node-address':
    'The address is a node’s: a process of the host, or traffic that the node forwarded under its own address.',
  'not-accepted': 'A connection was tried and never accepted by the server: refused, or without an answer.',
  'other-pod-by-uid': 'The agent named a pod by its UID that the cluster does not have.',
  'other-node': 'A sniffer reported traffic between pods of other nodes, which have sniffers of their own.',
  'out-of-range': 'A number of the report is not what it can be: negative, or far too large.',
  'outside-address': 'The destination is outside the cluster and was seen by its address alone.',
  'own-traffic': 'Traffic of the network mapper’s own parts: shown with OTTERIZE_SHOW_OWN_TRAFFIC.',
  'owner-unreadable': 'An owner of the pod could not be read from the API server.',
  'pod-not-running': 'The pod that holds the address has not started.',
  'pod-started-later':
    'The pod that holds the address was created after the sighting: it was another pod’s address then.',
  'pod-terminating': 'All pods that could be meant are being deleted.',
  'pod-too-young': 'The pod was younger than OTTERIZE_TIME_SERVER_HAS_TO_LIVE_BEFORE_WE_TRUST_IT at that time.',
  'service-without-pods': 'The Service has no pods behind it.',
  'too-long': 'A text of the report is longer than such a text can be.',
  'too-many': 'A list of the report is longer than such a list can be.',
  'unknown-operation': 'Kafka named an operation that the map does not know.',
  'unknown-service': 'The cluster has no Service of that name.',
  'unknown-workload': 'No pod belongs to the workload or has the name that was reported.',
  'waiting-room-full': 'Too many sightings of that reporter waited until their pods would be known.',
} as const;

export type SkipReason = keyof typeof skipReasons;
