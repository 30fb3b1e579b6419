import { type CloudDetail, type Party, type Sighting, normalAddress, partyText } from '@network-mapper/model';
import { limits } from '../limits.ts';
import type { AwsOperation, AzureOperation, GcpOperation } from '../types.generated.ts';
import { addressOf, ofKind, tooLong, tooMany } from './fields.ts';
import { ReportReader } from './report-reader.ts';
import type { ToWireOptions } from './wire-options.ts';

export function toAws({ client, server, detail }: Sighting, { dialect }: ToWireOptions): AwsOperation {
  const { actions, iamRole, podIdentity } = ofKind(detail, 'cloud');
  const addition = dialect === 'extended' && podIdentity === true ? { podIdentity } : {};
  return { resource: partyText(server), actions, iamRole: iamRole ?? null, ...toCaller(client), ...addition };
}

export function fromAws(
  { resource, actions, srcIp, client, iamRole, podIdentity }: AwsOperation,
  reader: ReportReader,
): Sighting | undefined {
  return takeCloud(
    { resource, srcIp, client },
    { kind: 'cloud', actions, dataActions: [], iamRole: iamRole ?? undefined, ...(podIdentity ? { podIdentity } : {}) },
    reader,
  );
}

export function toGcp({ client, server, detail }: Sighting): GcpOperation {
  return { resource: partyText(server), permissions: ofKind(detail, 'cloud').actions, ...toCaller(client) };
}

export function fromGcp(
  { resource, permissions: actions, srcIp, client }: GcpOperation,
  reader: ReportReader,
): Sighting | undefined {
  return takeCloud({ resource, srcIp, client }, { kind: 'cloud', actions, dataActions: [] }, reader);
}

export function toAzure({ client, server, detail }: Sighting): AzureOperation {
  const { name: clientName, namespace: clientNamespace } = ofKind(client, 'workload');
  const { actions, dataActions } = ofKind(detail, 'cloud');
  return { scope: partyText(server), actions, dataActions, clientName, clientNamespace };
}

export function fromAzure(
  { scope: resource, actions, dataActions, clientName: name, clientNamespace: namespace }: AzureOperation,
  reader: ReportReader,
): Sighting | undefined {
  return takeCloud({ resource, client: { name, namespace } }, { kind: 'cloud', actions, dataActions }, reader);
}

interface CloudCall {
  readonly resource: string;
  readonly srcIp?: string | null | undefined;
  readonly client?: { readonly name: string; readonly namespace: string } | null | undefined;
}

function takeCloud(
  { resource, srcIp, client: named }: CloudCall,
  detail: CloudDetail,
  reader: ReportReader,
): Sighting | undefined {
  const ip = srcIp ?? '';
  const client: Party = named ? { kind: 'workload', ...named } : { kind: 'address', ip: normalAddress(ip) ?? ip };
  const all = [...detail.actions, ...detail.dataActions];
  const server: Party = { kind: 'resource', name: resource };
  return reader.take(
    { client, server, at: reader.now, firstAt: reader.now, count: 1, detail },
    tooLong(named?.name ?? ip, limits.name) ??
      tooLong(named?.namespace, limits.name) ??
      tooLong(resource, limits.resource) ??
      tooLong(detail.iamRole, limits.resource) ??
      tooMany(all, limits.actions) ??
      (all.every(action => action.length <= limits.action) ? undefined : 'too-long'),
  );
}

function toCaller(client: Party): Pick<CloudCall, 'srcIp' | 'client'> {
  if (client.kind !== 'workload') return { srcIp: addressOf(client).ip };
  return { client: { name: client.name, namespace: client.namespace } };
}
