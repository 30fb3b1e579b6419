import { type Sighting, normalAddress } from '@network-mapper/model';
import { limits } from '../limits.ts';
import type { TrafficLevelResult } from '../types.generated.ts';
import { addressOf, ofKind, outOfRange, tooLong } from './fields.ts';
import { ReportReader } from './report-reader.ts';

export function toTrafficLevel({ client, server, detail }: Sighting): TrafficLevelResult {
  const { bytes, flows } = ofKind(detail, 'level');
  return { srcIP: addressOf(client).ip, dstIP: addressOf(server).ip, bytesSent: bytes, flows };
}

export function fromTrafficLevel(
  { srcIP, dstIP, bytesSent: bytes, flows }: TrafficLevelResult,
  reader: ReportReader,
): Sighting | undefined {
  return reader.take(
    {
      client: { kind: 'address', ip: normalAddress(srcIP) ?? srcIP },
      server: { kind: 'address', ip: normalAddress(dstIP) ?? dstIP },
      at: reader.now,
      firstAt: reader.now,
      count: 1,
      detail: { kind: 'level', bytes, flows },
    },
    tooLong(srcIP, limits.address) ??
      tooLong(dstIP, limits.address) ??
      outOfRange(bytes, limits.bytes) ??
      outOfRange(flows, limits.count),
  );
}
