import { list, map, text, type Value } from './value.ts';

const oneNameOrMore = { type: ['string', 'array'], items: { type: 'string' } };
const pullPolicy = { enum: ['Always', 'IfNotPresent', 'Never'] };
const digest = { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' };
const hash = `sha256:${'0'.repeat(64)}`;
const otherAffinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }] }],
    },
  },
};
const anEnvironment = [{ name: 'SAMPLE', value: 'sample' }];
export const noPrivileges = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export const nonRoot = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  fsGroup: 65532,
  seccompProfile: { type: 'RuntimeDefault' },
};

interface Workload {
  readonly at: string;
  readonly image: string;
  readonly repository: string;
  readonly tag?: string;
  readonly pod: unknown;
  readonly container: unknown;
  readonly resources: unknown;
  readonly tolerations: readonly unknown[];
  readonly needs?: string;
}

/** Values that every workload has. */
export function workload({ at, needs, ...of }: Workload): readonly Value[] {
  const rows: readonly Omit<Value, 'needs'>[] = [
    {
      path: 'repository',
      schema: text,
      fallback: of.repository,
      about: 'Where the image is, without its name.',
      sample: 'registry.example.com/a',
    },
    { path: 'image', schema: text, fallback: of.image, about: 'Name of the image.', sample: 'another' },
    {
      path: 'tag',
      schema: text,
      fallback: of.tag,
      about:
        of.tag === undefined ? 'Tag of the image; the version of the chart’s app unless given.' : 'Tag of the image.',
      sample: '9.9.9',
    },
    {
      path: 'digest',
      schema: digest,
      about: 'Digest of the image, which then counts instead of the tag.',
      sample: hash,
    },
    { path: 'pullPolicy', schema: pullPolicy, about: 'When the image is pulled.', sample: 'Always' },
    {
      path: 'pullSecrets',
      schema: oneNameOrMore,
      about: 'Name of the Secret to pull with, or a list of names.',
      sample: ['one', 'two'],
    },
    { path: 'priorityClassName', schema: text, about: 'Priority class of the pods.', sample: 'system-node-critical' },
    {
      path: 'podSecurityContext',
      schema: map,
      fallback: of.pod,
      about: 'Security context of the pods.',
      sample: { supplementalGroups: [7] },
    },
    {
      path: 'containerSecurityContext',
      schema: map,
      fallback: of.container,
      about: 'Security context of the container.',
      sample: { privileged: true, allowPrivilegeEscalation: true },
    },
    {
      path: 'resources',
      schema: map,
      fallback: of.resources,
      about: 'Requests and limits; Node’s heap is sized to the limit of memory.',
      sample: { limits: { memory: '1Gi' } },
    },
    { path: 'affinity', schema: map, fallback: {}, about: 'Affinity of the pods.', sample: otherAffinity },
    { path: 'nodeSelector', schema: map, fallback: {}, about: 'Labels of nodes to run on.', sample: { disk: 'ssd' } },
    {
      path: 'tolerations',
      schema: list,
      fallback: of.tolerations,
      about: 'Taints to run in spite of.',
      sample: [{ key: 'sample', operator: 'Exists' }],
    },
    {
      path: 'extraEnvVars',
      schema: list,
      fallback: [],
      about: 'More environment variables, as in a container; they go before what the chart sets.',
      sample: anEnvironment,
    },
  ];
  return rows.map(row => ({ ...row, path: `${at}.${row.path}`, ...(needs === undefined ? {} : { needs }) }));
}

/** The parts that are in the mapper's image. */
export const watcherImage = {
  repository: 'ghcr.io/network-mapper',
  image: 'network-mapper',
  pod: nonRoot,
  container: noPrivileges,
  tolerations: [],
};
