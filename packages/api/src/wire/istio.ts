import type { Sighting } from '@network-mapper/model';
import { limits } from '../limits.ts';
import type { IstioConnection } from '../types.generated.ts';
import { isHttpMethod, ofKind, outOfRange, toTime, tooLong, tooMany } from './fields.ts';
import { ReportReader } from './report-reader.ts';
import type { ToWireOptions } from './wire-options.ts';
import type { Received } from './received.ts';

/** A connection of which only the sides are known says nothing to a mapper that looks for paths: it gets none. */
export function toIstio(sighting: Sighting, { dialect, now }: ToWireOptions): readonly IstioConnection[] {
  const { client, server, at, detail } = sighting;
  if (detail.kind === 'connection' && dialect === 'original') return [];
  const source = ofKind(client, 'workload');
  const destination = ofKind(server, 'workload');
  const http = detail.kind === 'connection' ? undefined : ofKind(detail, 'http');
  const { path = '', methods = [], grpc, responseCodes = [] } = http ?? {};
  const connection: IstioConnection = {
    srcWorkload: source.name,
    srcWorkloadNamespace: source.namespace,
    dstWorkload: destination.name,
    dstWorkloadNamespace: destination.namespace,
    dstServiceName: destination.service ?? '',
    path,
    methods: methods.filter(isHttpMethod),
    lastSeen: toTime(Math.min(at, now)),
    ...(dialect === 'extended' && grpc === true ? { grpc } : {}),
    ...(dialect === 'extended' && responseCodes.length > 0 ? { responseCodes: [...responseCodes] } : {}),
  };
  return [connection];
}

export function fromIstio(report: Received<IstioConnection, 'lastSeen'>, reader: ReportReader): Sighting | undefined {
  const { srcWorkload, srcWorkloadNamespace, dstWorkload, dstWorkloadNamespace, dstServiceName: service } = report;
  const { path, methods, grpc, responseCodes, lastSeen: at } = report;
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
      detail:
        path === ''
          ? { kind: 'connection', protocol: 'TCP', accepted: true, sourcePorts: [] }
          : {
              kind: 'http',
              path,
              methods,
              ...(typeof grpc === 'boolean' ? { grpc } : {}),
              ...(responseCodes ? { responseCodes } : {}),
            },
    },
    [srcWorkload, srcWorkloadNamespace, dstWorkload, dstWorkloadNamespace, service]
      .map(name => tooLong(name, limits.name))
      .find(problem => problem !== undefined) ??
      tooLong(path, limits.path) ??
      tooMany(methods, limits.methods) ??
      tooMany(responseCodes ?? [], limits.responseCodes) ??
      (responseCodes ?? []).map(code => outOfRange(code, 999)).find(problem => problem !== undefined),
  );
}
