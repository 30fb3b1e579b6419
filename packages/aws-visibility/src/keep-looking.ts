import { KubeError } from '@network-mapper/kube';
import { every, type Logger, type Runnable } from '@network-mapper/runtime';

export interface KeepLookingOptions {
  readonly name: string;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** May throw KubeError. */
  readonly look: () => Promise<void>;
  readonly logger: Logger;
  /** What is logged when the API server does not let it, and of what. */
  readonly problem: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Looks again and again; when the API server does not let it that is logged, and what is known stays. */
export function keepLooking({ name, interval, look, logger, problem, fields }: KeepLookingOptions): Runnable {
  const lookOnce = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      logger.warn({ ...fields, problem: error.message }, problem);
    }
  };
  return { name, run: signal => every(interval, lookOnce, signal) };
}
