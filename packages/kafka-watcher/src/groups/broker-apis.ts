import { apiVersionsV3, type Connection } from '@platformatic/kafka';

/** Which questions a broker answers. */
export interface BrokerApis {
  readonly has: (api: { readonly key: number; readonly version: number }) => boolean;
}

export async function readBrokerApis(connection: Connection): Promise<BrokerApis> {
  const { apiKeys } = await apiVersionsV3.api.async(connection, 'network-mapper', '0');
  const versions = new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { minVersion, maxVersion }]));
  return {
    has: ({ key, version }) => {
      const known = versions.get(key);
      return known !== undefined && known.minVersion <= version && version <= known.maxVersion;
    },
  };
}
