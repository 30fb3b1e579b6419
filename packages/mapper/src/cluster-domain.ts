/**
 * The cluster's domain as the search list of a pod's resolv.conf has it (`svc.cluster.local`); undefined when it does
 * not.
 */
export function findClusterDomain(resolvConf: string): string | undefined {
  const domains = [...resolvConf.matchAll(/^search\s+(.*)$/gm)].flatMap(([, list = '']) => list.split(/\s+/));
  return domains
    .find(domain => domain.startsWith('svc.'))
    ?.slice('svc.'.length)
    .replace(/\.$/, '')
    .toLowerCase();
}
