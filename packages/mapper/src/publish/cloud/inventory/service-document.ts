import type { LoadBalancerIngress, RawPod, RawService } from './raw-objects.ts';

/** The words of the cloud for those of Kubernetes. A word that it does not know is left out, the rest is uploaded. */
const words: Readonly<Record<string, string>> = {
  ClusterIP: 'CLUSTER_IP',
  NodePort: 'NODE_PORT',
  LoadBalancer: 'LOAD_BALANCER',
  ExternalName: 'EXTERNAL_NAME',
  ClientIP: 'CLIENT_IP',
  None: 'NONE',
  Cluster: 'CLUSTER',
  Local: 'LOCAL',
  IPv4: 'IPV4',
  IPv6: 'IPV6',
  SingleStack: 'SINGLE_STACK',
  PreferDualStack: 'PREFER_DUAL_STACK',
  RequireDualStack: 'REQUIRE_DUAL_STACK',
  VIP: 'VIP',
  Proxy: 'PROXY',
};
const protocols: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);

export interface NamedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/** `K8sResourceServiceInput`: a Service with the ports that its pods give names. */
export function toServiceInput({ spec = {}, status }: RawService, namedPorts: readonly NamedPort[]): object {
  const ingress = status?.loadBalancer?.ingress ?? [];
  const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  return {
    spec: {
      ports: (spec.ports ?? []).map(({ name, protocol = 'TCP', appProtocol, port, targetPort, nodePort }) => ({
        name: orNull(name),
        protocol: toProtocol(protocol),
        appProtocol: orNull(appProtocol),
        port,
        targetPort: toTargetPort(targetPort),
        nodePort: orNull(nodePort),
      })),
      selector: toPairs(spec.selector),
      clusterIP: orNull(spec.clusterIP),
      clusterIPs: spec.clusterIPs ?? null,
      type: toWord(spec.type),
      externalIPs: spec.externalIPs ?? null,
      sessionAffinity: toWord(spec.sessionAffinity),
      loadBalancerIP: orNull(spec.loadBalancerIP),
      loadBalancerSourceRanges: spec.loadBalancerSourceRanges ?? null,
      externalName: orNull(spec.externalName),
      externalTrafficPolicy: toWord(spec.externalTrafficPolicy),
      healthCheckNodePort: orNull(spec.healthCheckNodePort),
      publishNotReadyAddresses: orNull(spec.publishNotReadyAddresses),
      sessionAffinityConfig: timeout === undefined ? null : { clientIP: { timeoutSeconds: timeout } },
      ipFamilies: spec.ipFamilies?.map(family => toWord(family) ?? 'UNKNOWN') ?? null,
      ipFamilyPolicy: toWord(spec.ipFamilyPolicy),
      allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? null,
      loadBalancerClass: spec.loadBalancerClass ?? null,
      internalTrafficPolicy: toWord(spec.internalTrafficPolicy),
    },
    status:
      ingress.length === 0
        ? null
        : {
            loadBalancer: {
              ingress: ingress.map(each => ({ ...toLoadBalancer(each), ipMode: toWord(each.ipMode) })),
            },
          },
    targetNamedPorts: namedPorts.length === 0 ? null : namedPorts,
  };
}

/** What a load balancer is reached by; ports that have no protocol are left out. */
export function toLoadBalancer({ ip = '', hostname = '', ports }: LoadBalancerIngress): object {
  return {
    ip,
    hostname,
    ports:
      ports?.flatMap(({ port, protocol, error }) =>
        protocol !== undefined && protocols.has(protocol) ? { port, protocol, error: error ?? null } : [],
      ) ?? null,
  };
}

/** Named ports of the ordinary containers of the pods that a selector selects, each once, in order. */
export function namedPortsOf(
  selector: Readonly<Record<string, string>> | undefined,
  pods: readonly RawPod[],
): readonly NamedPort[] {
  const wanted = Object.entries(selector ?? {});
  if (wanted.length === 0) return [];
  const selected = pods.filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value));
  const ports = selected
    .flatMap(({ spec }) => spec?.containers ?? [])
    .flatMap(container => container.ports ?? [])
    .flatMap(({ name, containerPort, protocol = 'TCP' }) =>
      name === undefined || name === '' || !protocols.has(protocol) ? [] : { name, port: containerPort, protocol },
    );
  const byText = new Map(ports.map(port => [JSON.stringify(port), port]));
  return [...byText.values()].sort(
    (a, b) => compare([a.name, b.name]) || a.port - b.port || compare([a.protocol, b.protocol]),
  );
}

/** Pairs, ascending by key. */
export function toPairs(map: Readonly<Record<string, string>> | undefined): readonly object[] {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => compare([a, b]))
    .map(([key, value]) => ({ key, value }));
}

function compare([a, b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toProtocol(protocol: string): string | null {
  return protocols.has(protocol) ? protocol : null;
}

function toWord(word: string | undefined): string | null {
  return word === undefined ? null : (words[word] ?? null);
}

function toTargetPort(port: number | string | undefined): object | null {
  if (port === undefined || port === 0 || port === '') return null;
  return typeof port === 'number'
    ? { isInt: true, intVal: port, strVal: null }
    : { isInt: false, intVal: null, strVal: port };
}

/** Go's zero values say nothing. */
function orNull<T extends string | number | boolean>(value: T | undefined): T | null {
  return value === undefined || value === '' || value === 0 || value === false ? null : value;
}
