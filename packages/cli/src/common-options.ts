import { form } from '@network-mapper/runtime';
import { flagOption } from './flag-option.ts';

const ignored = { hidden: true, about: 'Accepted, without effect: nothing is ever sent.' };

/** What every command takes. */
export const commonOptions = {
  config: flagOption({
    name: 'config',
    form: form.optional(form.text),
    fallback: undefined,
    about: 'Configuration file, instead of `~/.otterize/config`.',
  }),
  quiet: flagOption({
    name: 'quiet',
    short: 'q',
    form: form.boolean,
    fallback: false,
    about: 'Print results and errors only.',
  }),
  debug: flagOption({ name: 'debug', form: form.boolean, fallback: false, about: 'Accepted, without effect.' }),
  format: flagOption({ name: 'format', form: form.text, fallback: 'text', about: 'Output format.' }),
  noHeaders: flagOption({
    name: 'no-headers',
    form: form.boolean,
    fallback: false,
    about: 'Leave out the headings of tables.',
  }),
  mapperServiceName: flagOption({
    name: 'mapper-service-name',
    form: form.text,
    fallback: 'otterize-network-mapper',
    about: 'Service of the mapper.',
  }),
  mapperNamespace: flagOption({
    name: 'mapper-namespace',
    form: form.text,
    fallback: 'otterize-system',
    about: "The Service's namespace.",
  }),
  mapperServicePort: flagOption({
    name: 'mapper-service-port',
    form: form.port,
    fallback: 9090,
    about: "The Service's port.",
  }),
  mapperAddress: flagOption({
    name: 'mapper-address',
    form: form.optional(form.httpUrl),
    fallback: undefined,
    about: 'Address of the mapper (`http://host:port`), instead of a port-forward through the API server.',
    ours: true,
  }),
  token: flagOption({
    name: 'token',
    form: form.optional(form.text),
    fallback: undefined,
    about:
      "Bearer token for `--mapper-address`. Without it the kubeconfig's credentials are sent, to `https://` addresses only.",
    ours: true,
  }),
  kubeconfig: flagOption({
    name: 'kubeconfig',
    form: form.text,
    fallback: '',
    about: 'Kubeconfig file, instead of `KUBECONFIG`.',
    ours: true,
  }),
  context: flagOption({
    name: 'context',
    form: form.optional(form.text),
    fallback: undefined,
    about: 'Context of the kubeconfig.',
    ours: true,
  }),
  excludeServices: flagOption({
    name: 'exclude-services',
    form: form.list,
    fallback: [],
    about: 'Leave out services of these names.',
  }),
  excludeLabels: flagOption({
    name: 'exclude-labels',
    form: form.list,
    fallback: [],
    about: 'Leave out services with these labels (`key=value`, or `key`).',
  }),
  // Of the Otterize CLI, so that scripts go on working.
  telemetryEnabled: flagOption({ name: 'telemetry-enabled', form: form.boolean, fallback: true, ...ignored }),
  telemetryUsage: flagOption({ name: 'telemetry-usage-enabled', form: form.boolean, fallback: true, ...ignored }),
  telemetryErrors: flagOption({ name: 'telemetry-errors-enabled', form: form.boolean, fallback: true, ...ignored }),
  telemetryAddress: flagOption({ name: 'telemetry-errors-address', form: form.text, fallback: '', ...ignored }),
  telemetryStage: flagOption({ name: 'telemetry-errors-stage', form: form.text, fallback: '', ...ignored }),
};
