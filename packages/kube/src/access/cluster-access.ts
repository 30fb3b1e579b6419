/** Where the API server is and how to be let in. */
export interface ClusterAccess {
  readonly server: URL;
  /**
   * For `node:https`: authorities, client certificate, server name. The certificate is verified unless the kubeconfig
   * says otherwise.
   */
  readonly tls: {
    readonly ca?: string | Buffer | undefined;
    readonly cert?: string | Buffer | undefined;
    readonly key?: string | Buffer | undefined;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  /** An HTTP proxy between us and the server. */
  readonly proxyUrl?: string | undefined;
  /** The headers that say who we are, as of now: tokens are renewed behind this. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

/** The world cannot be read as configuration for a cluster; the message says which file or variable, and what to do. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}
