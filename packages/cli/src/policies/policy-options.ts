import { form } from '@network-mapper/runtime';
import { flagOption } from '../flag-option.ts';

function policySwitch({ name, about }: { readonly name: string; readonly about: string }) {
  return flagOption({ name, form: form.boolean, fallback: false, about: `Policies: ${about}`, ours: true });
}

/** What `export` takes for policies alone. */
export const policyOptions = {
  egress: policySwitch({ name: 'egress', about: 'limit what workloads call, too, and allow them DNS.' }),
  servicePort: policySwitch({
    name: 'service-port',
    about: "allow the Service's port beside the pod's, for networks that enforce before its translation.",
  }),
  allowOutside: policySwitch({
    name: 'allow-outside',
    about: 'what was called from outside of the cluster, or through a node port, may be called by anybody.',
  }),
  dryRun: policySwitch({ name: 'dry-run', about: 'say in words what would be allowed, and write nothing.' }),
};
