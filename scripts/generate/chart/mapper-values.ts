import { boolean, integer, list, text, type Value } from './value.ts';
import { noPrivileges, nonRoot, workload } from './workload-values.ts';

export const mapper: readonly Value[] = [
  ...workload({
    at: 'mapper',
    repository: 'ghcr.io/network-mapper',
    image: 'network-mapper',
    pod: nonRoot,
    container: noPrivileges,
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    tolerations: [],
  }),
  {
    path: 'mapper.auth.mode',
    schema: { enum: ['', 'none', 'permissive', 'required'] },
    fallback: '',
    about:
      'Who may ask and report (`OTTERIZE_API_AUTH`). Empty is `required` for a new release; in an upgrade it stays `required` where it is, and is `permissive` otherwise.',
    sample: 'none',
  },
  {
    path: 'mapper.tls.secretName',
    schema: text,
    about:
      'Name of a Secret of type `kubernetes.io/tls` with the certificate of the mapper: the API speaks TLS then, on port 9443, and plain HTTP to port-forwards alone.',
    sample: 'mapper-tls',
  },
  {
    path: 'mapper.tls.caKey',
    schema: text,
    fallback: 'ca.crt',
    about: 'Key of that Secret with the certificates by which agents know the mapper.',
    sample: 'ca.pem',
    needs: 'mapper.tls.secretName=mapper-tls',
  },
  {
    path: 'mapper.ownerKinds',
    schema: { type: 'array', items: { type: 'object', required: ['apiGroup', 'resources'] } },
    fallback: [],
    about:
      'Kinds beside those of Kubernetes that own pods, which the mapper may then get: e.g. `{apiGroup: argoproj.io, resources: [rollouts]}`.',
    sample: [{ apiGroup: 'argoproj.io', resources: ['rollouts'] }],
  },
  {
    path: 'mapper.podDisruptionBudget.enabled',
    schema: boolean,
    fallback: false,
    about: 'A PodDisruptionBudget for the mapper.',
  },
  {
    path: 'mapper.podDisruptionBudget.maxUnavailable',
    schema: integer({ minimum: 0, maximum: 1 }),
    fallback: 1,
    about: 'With 0 a node with the mapper is not drained before somebody moves the mapper.',
    sample: 0,
    needs: 'mapper.podDisruptionBudget.enabled=true',
  },
  {
    path: 'mapper.topologySpreadConstraints',
    schema: list,
    fallback: [],
    about: 'How the pods spread over the cluster.',
    sample: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' }],
  },
];
