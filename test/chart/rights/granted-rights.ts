import { rightsOf, type PolicyRule, type Right } from '@network-mapper/testkit';
import { parseAllDocuments } from 'yaml';
import { rendered } from '../helm.ts';

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Role extends Named {
  readonly rules: readonly PolicyRule[];
}

interface Binding extends Named {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

/** All that the chart allows a ServiceAccount of the release's namespace, by whatever is bound to it. */
export async function grantedRights(account: string, ...args: readonly string[]): Promise<readonly Right[]> {
  const objects = parseAllDocuments(await rendered(...args)).map(document => document.toJS() as Named | null);
  const bindings = objects.filter((object): object is Binding => object?.kind.endsWith('RoleBinding') === true);
  const rights = bindings
    .filter(({ subjects }) => subjects.some(({ kind, name }) => kind === 'ServiceAccount' && name === account))
    .flatMap(({ roleRef, metadata: { namespace } }) => {
      const isMeant = ({ kind, metadata }: Named): boolean => kind === roleRef.kind && metadata.name === roleRef.name;
      const role = objects.find((object): object is Role => object !== null && isMeant(object));
      if (role === undefined) throw new Error(`${account} is bound to ${roleRef.name}, which is not there`);
      return role.rules.flatMap(rule => rightsOf({ ...rule, namespace }));
    });
  if (rights.length === 0) throw new Error(`the chart allows ${account} nothing`);
  return rights;
}
