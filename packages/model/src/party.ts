/**
 * One side of what was seen, as its source names it. What it stands for in the cluster is for the mapper to find out.
 */
export type Party = AddressParty | NameParty | PodParty | WorkloadParty | ResourceParty;

/** An address and, where it is known, the process behind it. Addresses are texts in normal form (`normalAddress`). */
export interface AddressParty {
  readonly kind: 'address';
  /** Of a server: the address that the client called. Agents of the original may write another text than an address. */
  readonly ip: string;
  /** Of a server: the port that the client called. */
  readonly port?: number | undefined;
  /** Of a server: where the connection arrived behind a translation of addresses, where that was seen. */
  readonly reached?: { readonly ip: string; readonly port?: number | undefined } | undefined;
  /** What the process says its host is called. */
  readonly hostname?: string | undefined;
  /** UID of the pod of the process, from its control group. */
  readonly podUid?: string | undefined;
}

/** A name that a client asked DNS for. */
export interface NameParty {
  readonly kind: 'name';
  readonly name: string;
  /** The address that DNS answered, in normal form. */
  readonly ip?: string | undefined;
}

export interface PodParty {
  readonly kind: 'pod';
  readonly namespace: string;
  readonly name: string;
}

/** A workload as a service mesh or a cloud agent names it. */
export interface WorkloadParty {
  readonly kind: 'workload';
  /** Empty where the source does not know it. */
  readonly namespace: string;
  readonly name: string;
  /** Name of the Service through which it was called. */
  readonly service?: string | undefined;
}

/** A resource of a cloud: an ARN, an Azure scope or a full resource name of GCP. */
export interface ResourceParty {
  readonly kind: 'resource';
  readonly name: string;
}

/** A party as people read it, e.g. in the list of what is not on the map. */
export function partyText(party: Party): string {
  switch (party.kind) {
    case 'address':
      return party.ip;
    case 'name':
    case 'resource':
      return party.name;
    case 'pod':
    case 'workload':
      return `${party.namespace}/${party.name}`;
  }
}
