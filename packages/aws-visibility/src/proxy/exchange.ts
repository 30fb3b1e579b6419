import { peekedBytes, type AwsRequest } from '../recognise/request.ts';

/** A request and what became of it. */
export interface Exchange {
  readonly request: AwsRequest;
  /** Of the final answer. */
  readonly status: number;
}

/** A request whose body still passes; its first bytes are kept. */
export class PassingRequest {
  readonly #head: Omit<AwsRequest, 'bodyStart'>;
  readonly #pieces: Buffer[] = [];
  #size = 0;

  constructor(head: Omit<AwsRequest, 'bodyStart'>) {
    this.#head = head;
  }

  get method(): string {
    return this.#head.method;
  }

  body(bytes: Buffer): void {
    const left = peekedBytes - this.#size;
    if (left <= 0) return;
    // A copy: the piece is a part of a larger buffer that must not be held.
    const piece = Buffer.from(bytes.subarray(0, left));
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  finished(status: number): Exchange {
    return { request: { ...this.#head, bodyStart: Buffer.concat(this.#pieces) }, status };
  }
}

/** Reads along a connection: what passes in each direction, in the order in which it passes. */
export interface Tap {
  fromClient(bytes: Buffer): void;
  fromServer(bytes: Buffer): void;
  /** Whether something passes that is not understood. */
  readonly isLost: boolean;
}

export interface TapOptions {
  /** The host that was asked for when the connection was made. */
  readonly host: string;
  readonly finished: (exchange: Exchange) => void;
}
