import { type Sighting, normalAddress } from '@network-mapper/model';
import { limits } from '../limits.ts';
import type { KafkaMapperResult } from '../types.generated.ts';
import { addressOf, ofKind, toTime, tooLong } from './fields.ts';
import { ReportReader } from './report-reader.ts';
import type { ToWireOptions } from './wire-options.ts';
import type { Received } from './received.ts';

export function toKafka({ client, server, at, detail }: Sighting, { dialect, now }: ToWireOptions): KafkaMapperResult {
  const pod = ofKind(server, 'pod');
  const { topic, operation, denied, group } = ofKind(detail, 'kafka');
  return {
    srcIp: addressOf(client).ip,
    serverPodName: pod.name,
    serverNamespace: pod.namespace,
    topic,
    operation,
    lastSeen: toTime(Math.min(at, now)),
    ...(dialect === 'extended' && denied !== undefined ? { denied } : {}),
    ...(dialect === 'extended' && group !== undefined ? { group } : {}),
  };
}

export function fromKafka(
  {
    srcIp,
    serverPodName,
    serverNamespace,
    topic,
    operation,
    denied,
    group,
    lastSeen: at,
  }: Received<KafkaMapperResult, 'lastSeen'>,
  reader: ReportReader,
): Sighting | undefined {
  return reader.take(
    {
      client: { kind: 'address', ip: normalAddress(srcIp) ?? srcIp },
      server: { kind: 'pod', namespace: serverNamespace, name: serverPodName },
      at,
      firstAt: at,
      count: 1,
      detail: { kind: 'kafka', topic, operation, denied: denied ?? undefined, ...(group ? { group } : {}) },
    },
    tooLong(srcIp, limits.address) ??
      tooLong(serverPodName, limits.name) ??
      tooLong(serverNamespace, limits.name) ??
      tooLong(topic, limits.topic) ??
      tooLong(operation, limits.operation) ??
      tooLong(group, limits.group),
  );
}
