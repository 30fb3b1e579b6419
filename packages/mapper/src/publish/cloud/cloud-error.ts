import { DeliveryError } from '../sink.ts';

/**
 * Why the cloud did not take something: it could not be reached or was not itself, it does not know us, or it refuses
 * what was sent.
 */
export type CloudErrorCode = 'unreachable' | 'unauthorized' | 'refused';

export class CloudError extends DeliveryError {
  readonly code: CloudErrorCode;

  constructor(code: CloudErrorCode, message: string, options?: ConstructorParameters<typeof DeliveryError>[1]) {
    super(message, options);
    this.name = 'CloudError';
    this.code = code;
  }
}
