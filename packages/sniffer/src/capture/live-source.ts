import { readdirSync } from 'node:fs';
import type { FrameConsumer } from '@network-mapper/packets';
import { LiveCapture, PcapError, type CapturedPacket } from '@network-mapper/pcap';
import { pause, every, type Logger, type Runnable, monotonicTime } from '@network-mapper/runtime';
import { addCounts, noCounts, type CaptureCounts } from './capture-counts.ts';

export interface LiveSourceOptions {
  /** An interface's name, or `any`. */
  readonly device: string;
  /** As of pcap-filter(7). */
  readonly filter: string;
  readonly consume: FrameConsumer;
  readonly logger: Logger;
  /** For few and short packets that are wanted at once. */
  readonly atOnce?: boolean;
}

/** About 32,000 packets of usual size: 160 ms of 200,000 a second. */
const bufferSize = 8 * 1024 * 1024;
/** DNS answers over TCP come in segments as big as an IP packet can be. */
const snapLength = 65535;
/** Half of it is what a packet waits on average. Waking up costs as much as a hundred packets. */
const timeout = 40;
/** For packets that are wanted at once. */
const smallBufferSize = 256 * 1024;
const smallSnapLength = 128;
/** Milliseconds of packets until timers and requests have their turn. */
const longestTurn = 10;
/** Milliseconds between looks for interfaces that came, or came back. */
const lookAgain = 2000;
const interfaces = '/sys/class/net';

interface OpenCapture {
  readonly capture: LiveCapture;
  readonly stop: () => void;
}

/**
 * Captures on a device for as long as it runs. A device that goes away is opened again when it is back; where `any`
 * does not exist, each interface is captured on, also those that come later. Throws a `PcapError` when there is no
 * library or no permission.
 */
export class LiveSource implements Runnable {
  readonly name: string;
  readonly #options: LiveSourceOptions;
  readonly #open = new Map<string, OpenCapture>();
  #wanted: () => readonly string[];
  /** Of captures that were closed. */
  #past = noCounts;
  #lastRead: Promise<void> | undefined;

  constructor(options: LiveSourceOptions) {
    this.#options = options;
    this.name = `the capture on ${options.device}`;
    this.#wanted = () => [options.device];
    try {
      this.#start(options.device);
    } catch (error) {
      if (!isMissing(error)) throw error;
      options.logger.warn({ error }, 'Waiting for the interface');
      if (options.device === 'any') this.#wanted = () => readdirSync(interfaces);
      this.#openWanted();
    }
  }

  /** False while the interface that is wanted is not there. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** Before the end: takes in what was captured up to now, once the kernel has handed it over. */
  readLast(): Promise<void> {
    this.#lastRead ??= pause(timeout).then(() => {
      for (const [device, { capture }] of this.#open) this.#read(device, capture);
    });
    return this.#lastRead;
  }

  /** What the kernel counted since the start. */
  counts(): CaptureCounts {
    return [...this.#open.values()].reduce((sum, { capture }) => addCounts(sum, capture.stats()), this.#past);
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      await every(lookAgain, () => this.#openWanted(), signal);
    } finally {
      await this.readLast();
      for (const device of [...this.#open.keys()]) this.#close(device);
    }
  }

  #openWanted(): void {
    for (const device of this.#wanted()) {
      if (this.#open.has(device)) continue;
      try {
        this.#start(device);
        this.#options.logger.info({ device }, 'Capturing');
      } catch (error) {
        // A device that is down, or gone between the look and the try, is tried again at the next look.
        if (!isMissing(error)) throw error;
      }
    }
  }

  #start(device: string): void {
    const { filter, atOnce = false } = this.#options;
    const capture = new LiveCapture({
      device,
      filter,
      bufferSize: atOnce ? smallBufferSize : bufferSize,
      snapLength: atOnce ? smallSnapLength : snapLength,
      timeout: atOnce ? 0 : timeout,
    });
    const stop = capture.onReadable(() => this.#read(device, capture));
    this.#open.set(device, { capture, stop });
  }

  #read(device: string, capture: LiveCapture): void {
    const { consume, logger } = this.#options;
    const turnEnd = monotonicTime() + longestTurn;
    const handle = (packet: CapturedPacket): void => consume(packet, capture.linkType);
    try {
      while (capture.read(handle) && monotonicTime() < turnEnd);
    } catch (error) {
      if (!isMissing(error)) throw error;
      logger.warn({ error, device }, 'The interface is gone');
      this.#close(device);
    }
  }

  #close(device: string): void {
    const open = this.#open.get(device);
    if (open === undefined) return;
    this.#open.delete(device);
    this.#past = addCounts(this.#past, open.capture.stats());
    open.stop();
    open.capture.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof PcapError && (error.code === 'no-such-device' || error.code === 'device-gone');
}
