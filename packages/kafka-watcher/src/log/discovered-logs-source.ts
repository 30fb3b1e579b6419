import type { PodParty } from '@network-mapper/model';
import type { Source } from '@network-mapper/reporting';
import { pause } from '@network-mapper/runtime';
import type { DiscoveredBrokers } from '../brokers/discovered-brokers.ts';
import { createPodLogSource, type PodLogOptions } from './pod-log-source.ts';

export interface DiscoveredLogsOptions extends Omit<PodLogOptions, 'broker' | 'container'> {
  readonly brokers: DiscoveredBrokers;
  /** Those whose logs are followed anyway. */
  readonly named: readonly PodParty[];
}

interface FollowedLog {
  readonly source: Source;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** The logs of all brokers that were found, as they come and go. */
export function createDiscoveredLogsSource(options: DiscoveredLogsOptions): Source {
  const { brokers, cooldown } = options;
  const named = new Set(options.named.map(({ namespace, name }) => `${namespace}/${name}`));
  const followed = new Map<string, FollowedLog>();

  function update(signal: AbortSignal): void {
    const found = brokers.running().filter(({ namespace, name }) => !named.has(`${namespace}/${name}`));
    const running = new Map(found.map(pod => [pod.uid, pod]));
    for (const [uid, { namespace, name, container }] of running) {
      if (followed.has(uid)) continue;
      const source = createPodLogSource({ ...options, container, broker: { kind: 'pod', namespace, name } });
      const stop = new AbortController();
      const ended = source.run(AbortSignal.any([signal, stop.signal]));
      followed.set(uid, { source, stop, ended });
    }
    for (const [uid, { stop }] of followed) {
      if (running.has(uid)) continue;
      stop.abort();
      followed.delete(uid);
    }
  }

  return {
    name: 'the logs of brokers that were found',
    run: async signal => {
      do update(signal);
      while (await pause(cooldown, signal));
      await Promise.all(followed.values().map(({ ended }) => ended));
    },
    problem: () => brokers.problem() ?? [...followed.values()].map(({ source }) => source.problem?.()).find(Boolean),
  };
}
