import { hasOptedIn } from '../opt-in.ts';

/** An operation of JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add';
  readonly path: string;
  readonly value: unknown;
}

export interface Pod {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: PodSpec;
}

export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: string;
  readonly dnsConfig?: DnsConfig;
  readonly volumes?: readonly { readonly name: string }[];
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface DnsConfig {
  readonly nameservers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly { readonly name: string; readonly value?: string }[];
}

interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface PatchOptions {
  /** The pod's, as the request says it: the pod itself may not. */
  readonly namespace: string;
  /** Addresses of our DNS server, and of the cluster's, which is asked when ours does not answer. */
  readonly nameservers: readonly string[];
  readonly clusterDomain: string;
}

export type Patch =
  | { readonly kind: 'patch'; readonly operations: readonly PatchOperation[] }
  /** Left as it is, with a sentence for whoever made the pod where they might expect otherwise. */
  | { readonly kind: 'none'; readonly warning?: string };

/** Name of the ConfigMap with the authorities to trust, and of the volume. */
export const authorityName = 'iamlive-ca';
const mountPath = '/tmp/otterize.com/certificates';
export const bundleFile = 'ca.crt';

/** Where programs look for the authorities that they trust: AWS's SDKs, Node, Python's requests, OpenSSL, curl. */
const variables = ['AWS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE'];
/** A resolver takes three name servers and, since Kubernetes 1.28, 32 searches. */
const mostNameservers = 3;
const mostSearches = 32;

/** What makes a pod use our DNS server and trust our proxy. A pod that was patched already is left as it is. */
export function patchPod({ metadata, spec = {} }: Pod, options: PatchOptions): Patch {
  if (!hasOptedIn(metadata?.labels)) return { kind: 'none' };
  if (spec.hostNetwork === true)
    return {
      kind: 'none',
      warning: 'AWS visibility: a pod on the host network shares its address, and is not looked at.',
    };
  if (spec.dnsPolicy === 'Default')
    return {
      kind: 'none',
      warning:
        'AWS visibility: a pod with dnsPolicy Default does not use the DNS of the cluster, and is not looked at.',
    };
  const operations = [
    ...addVolume(spec),
    ...(['initContainers', 'containers'] as const).flatMap(kind =>
      (spec[kind] ?? []).flatMap((container, index) => addToContainer(container, `/spec/${kind}/${index}`)),
    ),
    ...setDns(spec, options),
  ];
  return { kind: 'patch', operations };
}

function addVolume({ volumes }: PodSpec): readonly PatchOperation[] {
  if (volumes?.some(({ name }) => name === authorityName) === true) return [];
  return append('/spec/volumes', volumes, [{ name: authorityName, configMap: { name: authorityName } }]);
}

function addToContainer({ env, volumeMounts }: Container, path: string): readonly PatchOperation[] {
  const file = `${mountPath}/${bundleFile}`;
  const missing = variables.filter(name => env?.some(variable => variable.name === name) !== true);
  const isMounted = volumeMounts?.some(mount => mount.mountPath === mountPath) === true;
  return [
    ...append(
      `${path}/volumeMounts`,
      volumeMounts,
      isMounted ? [] : [{ name: authorityName, mountPath, readOnly: true }],
    ),
    ...append(
      `${path}/env`,
      env,
      missing.map(name => ({ name, value: file })),
    ),
  ];
}

function append(
  path: string,
  list: readonly unknown[] | undefined,
  items: readonly unknown[],
): readonly PatchOperation[] {
  if (items.length === 0) return [];
  if (list === undefined) return [{ op: 'add', path, value: items }];
  return items.map(value => ({ op: 'add', path: `${path}/-`, value }));
}

/** `None` with a configuration of its own, since no other policy lets a pod have another first name server. */
function setDns(
  { dnsPolicy, dnsConfig = {} }: PodSpec,
  { namespace, nameservers, clusterDomain }: PatchOptions,
): readonly PatchOperation[] {
  if (nameservers.length === 0 || dnsConfig.nameservers?.[0] === nameservers[0]) return [];
  const isOwn = dnsPolicy === 'None';
  const searches = isOwn ? [] : [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  const options = dnsConfig.options ?? [];
  const ndots = isOwn || options.some(({ name }) => name === 'ndots') ? [] : [{ name: 'ndots', value: '5' }];
  const servers = isOwn ? nameservers.slice(0, 1) : nameservers;
  const value: DnsConfig = {
    nameservers: [...new Set([...servers, ...(dnsConfig.nameservers ?? [])])].slice(0, mostNameservers),
    searches: [...new Set([...searches, ...(dnsConfig.searches ?? [])])].slice(0, mostSearches),
    options: [...options, ...ndots],
  };
  return [
    { op: 'add', path: '/spec/dnsPolicy', value: 'None' },
    { op: 'add', path: '/spec/dnsConfig', value },
  ];
}
