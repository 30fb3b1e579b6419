import { spawnSync } from 'node:child_process';

/** Addresses in the network of `layNetwork`. */
export const addresses = {
  pod: '10.0.0.5',
  /** Of the proxy and the DNS server, and of the node. */
  ours: '10.0.0.1',
  proxyService: '10.96.0.77',
  dnsService: '10.96.0.78',
  clusterDns: '10.96.0.10',
  aws: '203.0.113.9',
} as const;

function must(command: readonly string[], input = ''): void {
  const [program = '', ...args] = command;
  const { status, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`);
}

/** Runs in the network of the pod what is put behind it. */
export const inPod = ['nsenter', '--net=/run/netns/pod'] as const;

/**
 * Makes of an empty network namespace a node, with a pod in a namespace of its own, whose Services are NAT as
 * kube-proxy's are.
 */
export function layNetwork(): void {
  const { pod, ours, proxyService, dnsService, clusterDns, aws } = addresses;
  must(['sh', '-c', 'mkdir -p /run/netns && mount -t tmpfs pods /run/netns && ip netns add pod']);
  const node = [
    'link set lo up',
    `address add ${clusterDns}/32 dev lo`,
    `address add ${aws}/32 dev lo`,
    'link add veth-pod type veth peer name eth0 netns pod',
    `address add ${ours}/24 dev veth-pod`,
    'link set veth-pod up',
  ];
  const inside = [
    'link set lo up',
    `address add ${pod}/24 dev eth0`,
    'link set eth0 up',
    `route add default via ${ours}`,
  ];
  must(['ip', '-batch', '-'], node.join('\n'));
  must([...inPod, 'ip', '-batch', '-'], inside.join('\n'));
  const rules = [
    `ip daddr ${proxyService} tcp dport 443 dnat to ${ours}:10443`,
    `ip daddr ${proxyService} tcp dport 80 dnat to ${ours}:10080`,
    `ip daddr ${dnsService} tcp dport 53 dnat to ${ours}:10053`,
    `ip daddr ${dnsService} udp dport 53 dnat to ${ours}:10053`,
  ];
  const chain = ['chain services {', 'type nat hook prerouting priority -100; policy accept;', ...rules, '}'];
  must(['nft', '-f', '-'], ['table ip node {', ...chain, '}', ''].join('\n'));
}
