import { form, option, type Config } from '@network-mapper/runtime';

/** The options that every agent has. */
export const agentOptions = {
  mapperUrl: option({
    env: 'OTTERIZE_MAPPER_API_URL',
    form: form.httpUrl,
    fallback: 'http://mapper:9090/query',
    about: 'Address of the mapper’s API.',
  }),
  mapperTokenFile: option({
    env: 'OTTERIZE_MAPPER_API_TOKEN_FILE',
    form: form.text,
    fallback: '',
    about:
      'File with the token that shows the mapper who reports; read again when it changes, none is sent without it.',
    ours: true,
  }),
  mapperCaFile: option({
    env: 'OTTERIZE_MAPPER_API_CA_FILE',
    form: form.text,
    fallback: '',
    about:
      'File with the certificates to trust when the mapper’s address is `https:`; those of the system unless given.',
    ours: true,
  }),
  debug: option({ env: 'OTTERIZE_DEBUG', form: form.boolean, fallback: false, about: 'Log more.' }),
  metricsPort: option({
    env: 'OTTERIZE_METRICS_PORT',
    form: form.port,
    fallback: 2112,
    about: 'Port of `GET /metrics`; a port that is taken is logged, and the agent goes on without.',
  }),
  healthPort: option({
    env: 'OTTERIZE_HEALTH_PROBES_PORT',
    form: form.port,
    fallback: 9090,
    about: 'Port of `GET /healthz` (it runs) and `GET /readyz` (what stands against taking in).',
  }),
  callsTimeout: option({
    env: 'OTTERIZE_CALLS_TIMEOUT',
    form: form.duration,
    fallback: 60_000,
    about: 'Longest time a report may take, with all tries to connect.',
  }),
};

export type AgentConfig = Config<typeof agentOptions>;
