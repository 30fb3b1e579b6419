import type { Undecodable } from '../decode/undecodable.ts';
import type { SkipReason } from '../skip-reason.ts';
import type { PacketCollector, RecordSighting } from './collector.ts';
import { DnsCollector } from './dns/dns-collector.ts';
import { PacketPath } from './packet-path.ts';
import { ReasonCounts } from '@network-mapper/model';
import { TcpCollector, type TcpCollectorOptions } from './tcp/tcp-collector.ts';

export interface CreateCollectorsOptions {
  readonly config: {
    readonly dns: boolean;
    readonly tcp: boolean;
    readonly dnsPorts: readonly number[];
    readonly refreshInterval: number;
  };
  readonly record: RecordSighting;
  /** Packets that the capture has lost since its start. */
  readonly lost: () => number;
  readonly callerOf?: TcpCollectorOptions['callerOf'];
  /** Sees the packets that the others asked for, but is no reason to capture any. */
  readonly syns?: PacketCollector | undefined;
}

export interface Collectors {
  readonly path: PacketPath;
  readonly undecodable: ReasonCounts<Undecodable>;
  readonly skipped: ReasonCounts<SkipReason>;
  /** DNS answers that were not whole. */
  readonly cutAnswers: () => number;
}

/** The collectors of the kinds of evidence that are wanted. */
export function createCollectors({ config, record, lost, callerOf, syns }: CreateCollectorsOptions): Collectors {
  const skipped = new ReasonCounts<SkipReason>();
  const undecodable = new ReasonCounts<Undecodable>();
  const options = { record, emitEvery: config.refreshInterval, skipped, undecodable };
  const dns = config.dns ? new DnsCollector({ ...options, ports: config.dnsPorts }) : undefined;
  const tcp = config.tcp ? new TcpCollector({ ...options, lost, callerOf }) : undefined;
  const wanted: readonly PacketCollector[] = [dns, tcp].filter(collector => collector !== undefined);
  const collectors = wanted.length > 0 && syns !== undefined ? [...wanted, syns] : wanted;
  return {
    path: new PacketPath({ collectors, undecodable }),
    undecodable,
    skipped,
    cutAnswers: () => dns?.cut ?? 0,
  };
}
