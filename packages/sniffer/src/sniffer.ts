import { PcapError, SockDiag } from '@network-mapper/pcap';
import { createAgent, type Agent, type AgentIntake, type Source } from '@network-mapper/reporting';
import { createRegistry, type Logger, type Registry } from '@network-mapper/runtime';
import { ListenerPods } from './collect/sockets/listener-pods.ts';
import { RecentSyns } from './collect/sockets/recent-syns.ts';
import { openHostSource } from './host-source.ts';
import type { SnifferConfig } from './options.ts';
import { openPacketSource } from './packet-source.ts';
import { ControlGroups } from './procfs/control-groups.ts';
import { openSocketSource } from './socket-source.ts';
import { version } from './version.ts';

export interface SnifferOptions {
  readonly config: SnifferConfig;
  readonly logger: Logger;
}

/** On every node: at the usual 10 ms this timer alone takes as much as all else that an idle sniffer does. */
const loopTimer = 50;

/** The sniffer of a node: packets and open sockets in, reports to the mapper out. */
export function createSniffer({ config, logger }: SnifferOptions): Agent {
  const sniffer = createSnifferAgent({ config, logger, sources: intake => openSources({ config, logger, intake }) });
  logger.info({ version, packets: config.dns || config.tcp, sockets: config.sockets }, 'Sniffing');
  return sniffer;
}

interface SnifferAgentOptions extends SnifferOptions {
  readonly sources: (intake: AgentIntake) => readonly Source[];
  readonly registry?: Registry;
}

/** An agent with the sniffer's books. */
export function createSnifferAgent({ config, logger, sources, registry }: SnifferAgentOptions): Agent {
  return createAgent({
    kind: 'sniffer',
    name: config.nodeName,
    version,
    evidence: ['SOCKET', 'DNS', 'TCP'],
    config,
    logger,
    sources,
    reportInterval: config.reportInterval,
    refreshInterval: config.refreshInterval,
    capacity: config.mostHeld,
    registry: registry ?? createRegistry({ loopTimer }),
  });
}

function openSources(parts: SnifferOptions & { readonly intake: AgentIntake }): readonly Source[] {
  const groups = new ControlGroups(parts.config.hostProc);
  const sockets = openSockDiag(parts.logger);
  const host = parts.config.tcp && sockets !== undefined ? openHostSource({ ...parts, groups, sockets }) : undefined;
  const listenerPods = new ListenerPods();
  const shared = { ...parts, groups, sockets, callers: host?.callers, listenerPods, syns: new RecentSyns() };
  const sources = [openPacketSource(shared), openSocketSource(shared)].filter(source => source !== undefined);
  const problems = sources.map(source => source.problem?.()).filter(problem => problem !== undefined);
  if (problems.length < sources.length) return host === undefined ? sources : [...sources, host];
  throw new Error(`Nothing to do: neither packets nor open sockets can be taken in. ${problems.join(' ')}`.trim());
}

/**
 * Undefined where the kernel has no such sockets: then file descriptors say who holds a socket, and short calls have no
 * name.
 */
function openSockDiag(logger: Logger): SockDiag | undefined {
  try {
    return new SockDiag();
  } catch (error) {
    if (!(error instanceof PcapError)) throw error;
    logger.warn({ error }, 'The kernel is not asked for sockets');
    return undefined;
  }
}
