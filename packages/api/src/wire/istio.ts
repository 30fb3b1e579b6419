import type { Sighting } from '@network-mapper/model';
import { limits } from '../limits.ts';
import type { IstioConnection } from '../types.generated.ts';
import { isHttpMethod, ofKind, toTime, tooLong, tooMany } from './fields.ts';
import { ReportReader } from './report-reader.ts';
import type { ToWireOptions } from './wire-options.ts';
import type { Received } from './received.ts';

export function toIstio({ client, server, at, detail }: Sighting, { now }: ToWireOptions): IstioConnection {
  const source = ofKind(client, 'workload');
  const destination = ofKind(server, 'workload');
  const { path, methods } = ofKind(detail, 'http');
  return {
    srcWorkload: source.name,
    srcWorkloadNamespace: source.namespace,
    dstWorkload: destination.name,
    dstWorkloadNamespace: destination.namespace,
    dstServiceName: destination.service ?? '',
    path,
    methods: methods.filter(isHttpMethod),
    lastSeen: toTime(Math.min(at, now)),
  };
}

export function fromIstio(report: Received<IstioConnection, 'lastSeen'>, reader: ReportReader): Sighting | undefined {
  const { srcWorkload, srcWorkloadNamespace, dstWorkload, dstWorkloadNamespace, dstServiceName: service } = report;
  const { path, methods, lastSeen: at } = report;
  return reader.take(
    {
      client: { kind: 'workload', namespace: srcWorkloadNamespace, name: srcWorkload },
      server: {
        kind: 'workload',
        namespace: dstWorkloadNamespace,
        name: dstWorkload,
        service: service === '' ? undefined : service,
      },
      at,
      firstAt: at,
      count: 1,
      detail: { kind: 'http', path, methods },
    },
    [srcWorkload, srcWorkloadNamespace, dstWorkload, dstWorkloadNamespace, service]
      .map(name => tooLong(name, limits.name))
      .find(problem => problem !== undefined) ??
      tooLong(path, limits.path) ??
      tooMany(methods, limits.methods),
  );
}
