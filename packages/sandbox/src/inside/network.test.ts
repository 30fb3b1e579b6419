import { expect, test } from 'vitest';
import { renderIptables, renderNftables } from './network.ts';

const services = [
  { clusterIp: '10.96.0.10', port: 53, protocol: 'UDP', podIp: '10.244.0.2', podPort: 53 },
  { clusterIp: '10.96.0.100', port: 80, protocol: 'TCP', podIp: '10.244.0.10', podPort: 8080 },
] as const;

test('what pods and the node send to a Service goes to its pod, in nftables', () => {
  const rule = 'ip daddr 10.96.0.100 tcp dport 80 dnat to 10.244.0.10:8080';
  const [, prerouting = '', output = ''] = renderNftables(services).split('chain ');
  expect(prerouting).toContain(rule);
  expect(output).toContain(rule);
});

test('what pods and the node send to a Service goes to its pod, in iptables', () => {
  expect(renderIptables(services).split('\n')).toEqual([
    '*nat',
    '-A PREROUTING -d 10.96.0.10/32 -p udp --dport 53 -j DNAT --to-destination 10.244.0.2:53',
    '-A OUTPUT -d 10.96.0.10/32 -p udp --dport 53 -j DNAT --to-destination 10.244.0.2:53',
    '-A PREROUTING -d 10.96.0.100/32 -p tcp --dport 80 -j DNAT --to-destination 10.244.0.10:8080',
    '-A OUTPUT -d 10.96.0.100/32 -p tcp --dport 80 -j DNAT --to-destination 10.244.0.10:8080',
    'COMMIT',
    '',
  ]);
});
