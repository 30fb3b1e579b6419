/** Domains of AWS's endpoints: the only ones that the proxy's authority can sign for. */
export const awsDomains: readonly string[] = ['amazonaws.com', 'amazonaws.com.cn', 'api.aws'];
