import type { ObjectMetadata } from '@network-mapper/kube';

/** Members of Kubernetes objects as the API server sends them, as far as documents for the cloud are made of them. */
interface Named {
  readonly metadata: ObjectMetadata;
}

export interface LoadBalancerIngress {
  readonly ip?: string;
  readonly hostname?: string;
  readonly ipMode?: string;
  readonly ports?: readonly { readonly port: number; readonly protocol?: string; readonly error?: string }[];
}

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/ */
export interface RawService extends Named {
  readonly spec?: {
    readonly type?: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly protocol?: string;
      readonly appProtocol?: string;
      readonly port: number;
      readonly targetPort?: number | string;
      readonly nodePort?: number;
    }[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly sessionAffinity?: string;
    readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
    readonly loadBalancerIP?: string;
    readonly loadBalancerSourceRanges?: readonly string[];
    readonly loadBalancerClass?: string;
    readonly externalName?: string;
    readonly externalTrafficPolicy?: string;
    readonly internalTrafficPolicy?: string;
    readonly healthCheckNodePort?: number;
    readonly publishNotReadyAddresses?: boolean;
    readonly allocateLoadBalancerNodePorts?: boolean;
    readonly ipFamilies?: readonly string[];
    readonly ipFamilyPolicy?: string;
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerIngress[] } };
}

export interface RawPod extends Named {
  readonly spec?: {
    readonly containers?: readonly {
      readonly ports?: readonly {
        readonly name?: string;
        readonly containerPort: number;
        readonly protocol?: string;
      }[];
    }[];
  };
}

interface RawBackend {
  readonly service?: { readonly name: string; readonly port?: { readonly name?: string; readonly number?: number } };
  readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/ */
export interface RawIngress extends Named {
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: RawBackend;
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: {
        readonly paths?: readonly {
          readonly path?: string;
          readonly pathType?: string;
          readonly backend: RawBackend;
        }[];
      };
    }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerIngress[] } };
}
