import { TimeSlice, type Logger } from '@network-mapper/runtime';
import type { CloudClient } from './cloud-client.ts';
import { CloudError } from './cloud-error.ts';
import type { EdgeDocument } from './edge-documents.ts';
import type { CloudOperation } from './operations.ts';

export interface DeliveryParts {
  readonly client: CloudClient;
  readonly operation: CloudOperation;
  /** The variable of the operation that has the list. */
  readonly variable: string;
  readonly logger: Logger;
  /** Called for each document that is given up. */
  readonly refused: () => void;
}

/** Characters of the documents of one request. */
const mostText = 4 * 2 ** 20;
/** A list that is refused so many times in a row has something in it that the cloud will never take. */
const patience = 3;
/** So many refused and none accepted: then it is the cloud that has changed, and nothing is given up. */
const mostRefused = 20;

interface Written {
  readonly label: string;
  readonly text: string;
}

/**
 * Delivers documents in requests that are not too large. What the cloud refuses again and again is halved until the
 * document is found that it does not take: that one is given up, named in the log and counted, and holds up nothing.
 * Nothing is given up while the cloud refuses everything.
 */
export class DocumentDelivery {
  readonly #parts: DeliveryParts;
  /** In a row. */
  #refusals = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Throws CloudError when not all of them arrived: then all are to be delivered again. */
  async deliver(documents: Iterable<EdgeDocument>, signal: AbortSignal): Promise<void> {
    const slice = new TimeSlice({ stride: 16, length: 5 });
    let list: Written[] = [];
    let size = 0;
    for (const { label, input } of documents) {
      const text = JSON.stringify(input);
      if (size > 0 && size + text.length > mostText) {
        await this.#deliverList(list, signal);
        [list, size] = [[], 0];
      }
      list.push({ label, text });
      size += text.length;
      if (slice.isOver()) await slice.next();
    }
    if (list.length > 0) await this.#deliverList(list, signal);
  }

  async #deliverList(list: readonly Written[], signal: AbortSignal): Promise<void> {
    try {
      await this.#send(list, signal);
      this.#refusals = 0;
    } catch (error) {
      if (!isRefusal(error) || ++this.#refusals < patience) throw error;
      await this.#deliverWithoutRefused(list, signal);
      this.#refusals = 0;
    }
  }

  async #deliverWithoutRefused(list: readonly Written[], signal: AbortSignal): Promise<void> {
    const refused: Written[] = [];
    let accepted = 0;
    const deliver = async (part: readonly Written[]): Promise<void> => {
      const error = await this.#refusalOf(part, signal);
      if (error === undefined) {
        accepted += part.length;
        return;
      }
      if (part.length === 1) {
        refused.push(...part);
        if (accepted === 0 && refused.length >= mostRefused) throw error;
        return;
      }
      const middle = Math.ceil(part.length / 2);
      await deliver(part.slice(0, middle));
      await deliver(part.slice(middle));
    };
    await deliver(list);
    // One alone may be refused because everything is; and the cloud may have come to itself in the meantime.
    if (accepted === 0)
      await this.#parts.client.send('ReportComponentStatus', '{"component":"NETWORK_MAPPER"}', signal);
    for (const document of refused) {
      const error = await this.#refusalOf([document], signal);
      if (error === undefined) continue;
      this.#parts.refused();
      const { operation } = this.#parts;
      this.#parts.logger.error({ operation, edge: document.label, error }, 'the cloud refuses an edge: it is given up');
    }
  }

  /** Sends documents; answers with the error where they are refused. */
  async #refusalOf(list: readonly Written[], signal: AbortSignal): Promise<CloudError | undefined> {
    try {
      await this.#send(list, signal);
      return undefined;
    } catch (error) {
      if (isRefusal(error)) return error;
      throw error;
    }
  }

  #send(list: readonly Written[], signal: AbortSignal): Promise<void> {
    const { client, operation, variable } = this.#parts;
    return client.send(operation, `{"${variable}":[${list.map(({ text }) => text).join(',')}]}`, signal);
  }
}

function isRefusal(error: unknown): error is CloudError {
  return error instanceof CloudError && error.code === 'refused';
}
