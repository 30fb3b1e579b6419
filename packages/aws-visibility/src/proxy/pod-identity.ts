import { WatchedCollection, type KubeConnection } from '@network-mapper/kube';
import type { Runnable } from '@network-mapper/runtime';

export interface PodIdentityContainer {
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/**
 * What the webhook of EKS Pod Identity gives containers: where its agent on the node hands out credentials, over IPv4
 * or IPv6 (docs.aws.amazon.com/eks, "Understand how EKS Pod Identity works"). ECS sets it to other addresses.
 */
const variable = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const agents = ['http://169.254.170.23/', 'http://[fd00:ec2::23]/'];

export function usesPodIdentity(containers: readonly PodIdentityContainer[]): boolean {
  return containers.some(({ env }) =>
    env?.some(({ name, value = '' }) => name === variable && agents.some(agent => value.startsWith(agent))),
  );
}

/** Of a ServiceAccount, `namespace/name`, and a role. */
interface Association {
  readonly account: string;
  readonly role: string;
}

/**
 * Which ServiceAccounts have which roles by EKS Pod Identity. Only the API of EKS always knows; the cluster does where
 * somebody associates them by ACK's resources (github.com/aws-controllers-k8s/eks-controller). Where those are not
 * installed it is asked for them every half minute, in vain.
 */
export class RoleAssociations {
  readonly #roles = new Map<string, string>();
  readonly runnable: Runnable;

  constructor(connection: KubeConnection) {
    this.runnable = new WatchedCollection<Association | undefined>({
      connection,
      resource: {
        group: 'eks.services.k8s.aws',
        version: 'v1alpha1',
        plural: 'podidentityassociations',
        namespaced: true,
      },
      reduce: object => {
        const { namespace, serviceAccount, roleARN } = (object as AssociationObject).spec ?? {};
        if (namespace === undefined || serviceAccount === undefined || roleARN === undefined) return undefined;
        return { account: `${namespace}/${serviceAccount}`, role: roleARN };
      },
      changed: (_key, before, after) => {
        if (before !== undefined && this.#roles.get(before.account) === before.role) this.#roles.delete(before.account);
        if (after !== undefined) this.#roles.set(after.account, after.role);
      },
    });
  }

  roleOf(account: string): string | undefined {
    return this.#roles.get(account);
  }
}

/** A PodIdentityAssociation; its role may also be a reference to another of ACK's resources. */
interface AssociationObject {
  readonly spec?: { readonly namespace?: string; readonly serviceAccount?: string; readonly roleARN?: string };
}
