import { expect, test } from 'vitest';
import { DnsNames, type DnsName } from './dns-name.ts';

const cases: readonly [name: string, means: DnsName][] = [
  ['cart.shop.svc.cluster.local', { kind: 'service', key: 'shop/cart', ofOnePod: false }],
  ['CART.shop.svc.Cluster.Local.', { kind: 'service', key: 'shop/cart', ofOnePod: false }],
  ['redis-0.redis.shop.svc.cluster.local', { kind: 'service', key: 'shop/redis', ofOnePod: true }],
  ['_http._tcp.cart.shop.svc.cluster.local', { kind: 'service', key: 'shop/cart', ofOnePod: true }],
  ['10-1-0-40.shop.pod.cluster.local', { kind: 'pod', address: '10.1.0.40' }],
  ['fd00-244--7.shop.pod.cluster.local', { kind: 'pod', address: 'fd00:244::7' }],
  ['shop.svc.cluster.local', { kind: 'malformed' }],
  ['svc.cluster.local', { kind: 'malformed' }],
  ['cart.shop.other.cluster.local', { kind: 'malformed' }],
  ['pod.cluster.local', { kind: 'malformed' }],
  ['cluster.local', { kind: 'malformed' }],
  ['www.notcluster.local', { kind: 'outside', name: 'www.notcluster.local' }],
  ['cart.shop.svcxcluster.local', { kind: 'outside', name: 'cart.shop.svcxcluster.local' }],
  ['API.Example.com.', { kind: 'outside', name: 'api.example.com' }],
  ['', { kind: 'outside', name: '' }],
];

test.each(cases)('the name %s', (name, means) => {
  const names = new DnsNames('cluster.local');
  expect(names.read(name)).toEqual(means);
  expect(names.read(name), 'when it is asked for again').toEqual(means);
});
