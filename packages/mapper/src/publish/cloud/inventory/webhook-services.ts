import type { KubeObject } from '@network-mapper/kube';

export type WebhookType = 'VALIDATING_WEBHOOK' | 'MUTATING_WEBHOOK' | 'CONVERSION_WEBHOOK';

/** A Service that the API server calls. */
export interface WebhookService {
  readonly webhookName: string;
  readonly webhookType: WebhookType;
  readonly service: { readonly namespace: string; readonly name: string };
}

interface ClientConfig {
  readonly service?: { readonly namespace?: string; readonly name?: string };
}

/** The Services of a webhook configuration, or of a CRD's conversion; webhooks that have an address are left out. */
export function webhookServicesOf(object: KubeObject, webhookType: WebhookType): readonly WebhookService[] {
  const { webhooks, spec } = object as KubeObject & {
    readonly webhooks?: readonly { readonly clientConfig?: ClientConfig }[];
    readonly spec?: { readonly conversion?: { readonly webhook?: { readonly clientConfig?: ClientConfig } } };
  };
  const configs =
    webhookType === 'CONVERSION_WEBHOOK'
      ? [spec?.conversion?.webhook?.clientConfig]
      : (webhooks ?? []).map(({ clientConfig }) => clientConfig);
  return configs.flatMap(config => {
    const { namespace, name } = config?.service ?? {};
    if (namespace === undefined || name === undefined) return [];
    return { webhookName: object.metadata.name, webhookType, service: { namespace, name } };
  });
}
