import { boolean, type Value } from './value.ts';
import { noPrivileges, workload } from './workload-values.ts';

export const sniffer: readonly Value[] = [
  { path: 'sniffer.enable', schema: boolean, fallback: true, about: 'A sniffer on every node.' },
  ...workload({
    at: 'sniffer',
    repository: 'ghcr.io/network-mapper',
    image: 'network-mapper-sniffer',
    pod: { runAsNonRoot: false, seccompProfile: { type: 'RuntimeDefault' } },
    container: {
      privileged: false,
      ...noPrivileges,
      runAsUser: 0,
      capabilities: { drop: ['ALL'], add: ['NET_RAW', 'SYS_PTRACE'] },
    },
    resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    tolerations: [{ operator: 'Exists' }],
  }),
  {
    path: 'sniffer.maxUnavailable',
    schema: { type: ['integer', 'string'] },
    fallback: '10%',
    about: 'How many nodes may be without their sniffer while it is updated.',
    sample: 2,
  },
];
