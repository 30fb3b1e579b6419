import { BlockList, isIP } from 'node:net';

/** The environment's variables about proxies, as Node's agents take them (nodejs.org/api/http.html, `proxyEnv`). */
export interface ProxyVariables {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY?: string;
}

/** In lower case or upper case, as other programs read them; the lower case goes first. */
export function readProxyVariables(env: Readonly<Record<string, string | undefined>>): ProxyVariables {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const;
  return Object.fromEntries(
    names.flatMap(name => {
      const value = [env[name.toLowerCase()], env[name]].find(text => text !== undefined && text !== '');
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Networks in `NO_PROXY`, as Go's programs know them: Node's agents know names and single addresses only. */
export function bypassesProxy({ hostname }: Pick<URL, 'hostname'>, { NO_PROXY = '' }: ProxyVariables): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  if (version === 0) return false;
  const networks = new BlockList();
  for (const item of NO_PROXY.split(/[\s,]+/)) {
    const [network = '', bits = ''] = item.split('/');
    const family = isIP(network);
    if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) continue;
    networks.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return networks.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
