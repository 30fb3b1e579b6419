import { objectPath, type KubeConnection, type Resource } from '@network-mapper/kube';
import type { Logger, Runnable } from '@network-mapper/runtime';
import { keepLooking } from '../keep-looking.ts';

const configurations: Resource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'mutatingwebhookconfigurations',
  namespaced: false,
};

interface Configuration {
  readonly webhooks?: readonly { readonly name: string; readonly clientConfig?: { readonly caBundle?: string } }[];
}

export interface WebhookConfigurationOptions {
  readonly connection: KubeConnection;
  readonly name: string;
  readonly logger: Logger;
}

/** Milliseconds between two looks. */
const lookInterval = 10_000;

/** Keeps the authorities that the API server trusts in the webhook's configuration those that sign its certificate. */
export class WebhookConfiguration {
  readonly #options: WebhookConfigurationOptions;
  #bundle = '';
  #isCurrent = false;

  constructor(options: WebhookConfigurationOptions) {
    this.#options = options;
  }

  /** Whether the API server trusts what is served: only then pods should be sent here. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** Throws KubeError. */
  async trust(authorities: readonly string[]): Promise<void> {
    this.#bundle = Buffer.from(authorities.join('')).toString('base64');
    this.#isCurrent = false;
    await this.look();
  }

  /** Throws KubeError. */
  async look(): Promise<void> {
    const { connection, name } = this.#options;
    const path = objectPath(configurations, { namespace: '', name });
    const { webhooks = [] } = (await connection.getJson(path)) as Configuration;
    if (webhooks.some(({ clientConfig }) => clientConfig?.caBundle !== this.#bundle)) {
      const change = {
        webhooks: webhooks.map(webhook => ({
          ...webhook,
          clientConfig: { ...webhook.clientConfig, caBundle: this.#bundle },
        })),
      };
      await connection.mergePatch(path, { change });
    }
    this.#isCurrent = webhooks.length > 0;
  }

  runnable(): Runnable {
    const { logger, name } = this.#options;
    return keepLooking({
      name: 'the configuration of the webhook',
      interval: lookInterval,
      look: () => this.look(),
      logger,
      problem: 'the configuration of the webhook cannot be kept',
      fields: { configuration: name },
    });
  }
}
