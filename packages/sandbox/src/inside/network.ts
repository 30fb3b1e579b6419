import { existsSync, writeFileSync } from 'node:fs';
import type { Network, ServiceRule } from '../protocol.ts';
import { runCommand } from './run-command.ts';

const bridge = 'cni0';

/**
 * Pods hold a /32 and reach everything, each other too, through the node's address: every packet passes the node's IP
 * layer, so that the NAT of Services also undoes itself on the way back, whether or not the kernel filters bridged
 * frames.
 */
const kernelSettings: Readonly<Record<string, string>> = {
  '/proc/sys/net/ipv4/ip_forward': '1',
  '/proc/sys/net/ipv4/conf/all/send_redirects': '0',
  '/proc/sys/net/ipv4/conf/default/send_redirects': '0',
  '/proc/sys/net/bridge/bridge-nf-call-iptables': '0',
};

function nodeLinks({ nodeIp, pods }: Network, pids: ReadonlyMap<string, number>): string {
  const links = pods.flatMap(({ podName }, index) => [
    `link add veth${String(index)} type veth peer name eth0 netns ${String(pids.get(podName))}`,
    `link set veth${String(index)} master ${bridge} up`,
  ]);
  return [
    'link set lo up',
    `link add ${bridge} type bridge`,
    `address add ${nodeIp}/24 dev ${bridge}`,
    `link set ${bridge} up`,
    ...links,
  ].join('\n');
}

function podLinks(podIp: string, { nodeIp }: Network): string {
  return [
    'link set lo up',
    `address add ${podIp}/32 dev eth0`,
    'link set eth0 up',
    `route add ${nodeIp} dev eth0 scope link`,
    `route add default via ${nodeIp} dev eth0`,
  ].join('\n');
}

/** The rules of Services, in the notation of `nft -f`: what goes to a ClusterIP goes to the pod. */
export function renderNftables(services: readonly ServiceRule[]): string {
  const rules = services.map(
    ({ clusterIp, port, protocol, podIp, podPort }) =>
      `ip daddr ${clusterIp} ${protocol.toLowerCase()} dport ${String(port)} dnat to ${podIp}:${String(podPort)}`,
  );
  const chain = (hook: string): readonly string[] => [
    `chain ${hook} {`,
    `type nat hook ${hook} priority -100; policy accept;`,
    ...rules,
    '}',
  ];
  return ['table ip services {', ...chain('prerouting'), ...chain('output'), '}', ''].join('\n');
}

/** The same rules in the notation of `iptables-restore`. */
export function renderIptables(services: readonly ServiceRule[]): string {
  const rules = services.flatMap(({ clusterIp, port, protocol, podIp, podPort }) => {
    const match = `-d ${clusterIp}/32 -p ${protocol.toLowerCase()} --dport ${String(port)}`;
    return ['PREROUTING', 'OUTPUT'].map(
      chain => `-A ${chain} ${match} -j DNAT --to-destination ${podIp}:${String(podPort)}`,
    );
  });
  return ['*nat', ...rules, 'COMMIT', ''].join('\n');
}

async function setNatRules(services: readonly ServiceRule[]): Promise<void> {
  try {
    await runCommand(['nft', '-f', '-'], renderNftables(services));
  } catch (nftFailure) {
    await runCommand(['iptables-restore'], renderIptables(services)).catch((error: unknown) => {
      throw new AggregateError(
        [nftFailure, error],
        `no NAT rules for Services: ${String(nftFailure)}; ${String(error)}`,
      );
    });
  }
}

/**
 * Joins the namespaces of pods, each named by a process in it, to this one, and puts the Services' NAT rules into it.
 */
export async function layNetwork(network: Network, pids: ReadonlyMap<string, number>): Promise<void> {
  for (const [file, value] of Object.entries(kernelSettings)) if (existsSync(file)) writeFileSync(file, value);
  await runCommand(['ip', '-batch', '-'], nodeLinks(network, pids));
  const pods = network.pods.map(({ podName, podIp }) =>
    runCommand(
      ['nsenter', '--net', '--target', String(pids.get(podName)), 'ip', '-batch', '-'],
      podLinks(podIp, network),
    ),
  );
  await Promise.all([...pods, setNatRules(network.services)]);
}
