/** Why a capture could not be opened or ended. */
export type PcapErrorCode =
  /** libpcap is not installed. */
  | 'no-library'
  /** The process lacks the capability to capture. */
  | 'not-permitted'
  | 'no-such-device'
  /** The device disappeared or went down. */
  | 'device-gone'
  | 'bad-filter'
  | 'failed';

/** The capture cannot go on; the message says what is wrong and what to do. */
export class PcapError extends Error {
  readonly code: PcapErrorCode;

  constructor(code: PcapErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PcapError';
    this.code = code;
  }
}
