import { followPodLogs, KubeError, objectPath, type KubeConnection } from '@network-mapper/kube';
import type { PodParty } from '@network-mapper/model';
import type { Source } from '@network-mapper/reporting';
import { pause, wallTime, type Logger } from '@network-mapper/runtime';
import type { AccessRecorder } from './access-recorder.ts';

export interface PodLogOptions {
  readonly connection: KubeConnection;
  readonly broker: PodParty;
  /** Its container, where the pod has several. */
  readonly container: string;
  readonly recorder: AccessRecorder;
  /** Milliseconds before the start from which lines are read, and between two looks for a pod that is not there. */
  readonly cooldown: number;
  readonly logger: Logger;
}

/** The log of one broker, across restarts of it and lost connections. */
export function createPodLogSource(options: PodLogOptions): Source {
  const { connection, broker, recorder, cooldown, logger } = options;
  const name = `${broker.namespace}/${broker.name}`;
  let trouble: string | undefined = `the log of ${name} is not read yet`;

  function note(error: KubeError): void {
    if (trouble !== error.message) logger.warn({ broker: name, error }, 'The log of a broker cannot be read');
    trouble = error.message;
  }

  async function follow(since: Date, signal: AbortSignal): Promise<Date> {
    const container = await containerOf(options, signal);
    const followed = { namespace: broker.namespace, pod: broker.name, container, since, onTrouble: note };
    trouble = undefined;
    let last = since;
    for await (const { time, text } of followPodLogs(connection, followed, signal)) {
      const at = Date.parse(time);
      recorder.take(text, { broker, at });
      if (at > last.getTime()) last = new Date(at);
      trouble = undefined;
    }
    return last;
  }

  return {
    name: `the log of ${name}`,
    run: async signal => {
      let since = new Date(wallTime() - cooldown);
      do {
        try {
          since = await follow(since, signal);
          trouble = `the pod ${name} is gone`;
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof KubeError)) throw error;
          note(error);
        }
        // A pod of a StatefulSet comes again under its name.
      } while (await pause(cooldown, signal));
    },
    problem: () => trouble,
  };
}

interface PodObject {
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
}

/** The API server wants the container named where a pod has several: the one that is asked for, else the first. */
async function containerOf({ connection, broker, container }: PodLogOptions, signal: AbortSignal): Promise<string> {
  const path = objectPath({ group: '', version: 'v1', plural: 'pods', namespaced: true }, broker);
  const { spec } = (await connection.getJson(path, { signal })) as PodObject;
  const names = (spec?.containers ?? []).map(({ name }) => name);
  return names.includes(container) ? container : (names[0] ?? container);
}
