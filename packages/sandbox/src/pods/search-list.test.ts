import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';
import { decode, encode } from 'dns-packet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerQuery } from './dns-answer.ts';
import { lookUp, namesToTry } from './search-list.ts';

const search = { domains: ['shop.svc.cluster.local', 'svc.cluster.local'], ndots: 5 };

test('a short name is tried in the pod’s namespace first and as it is last', () => {
  expect(namesToTry('cart', search)).toEqual(['cart.shop.svc.cluster.local', 'cart.svc.cluster.local', 'cart']);
});

test('a name with as many dots as ndots is tried as it is first', () => {
  expect(namesToTry('a.b.c.d.e.f', search)[0]).toBe('a.b.c.d.e.f');
});

/** A DNS server of the cluster, and what it was asked. */
const zone = { 'cart.shop.svc.cluster.local': '10.96.0.1' };
let server: Socket;
let asked: string[];
let resolver: Resolver;

beforeEach(async () => {
  asked = [];
  server = createSocket('udp4');
  server.on('message', (bytes, client) => {
    const query = decode(bytes);
    asked.push(...(query.questions ?? []).map(({ name, type }) => `${type} ${name}`));
    server.send(encode(answerQuery(query, zone)), client.port, client.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([`127.0.0.1:${String(server.address().port)}`]);
});
afterEach(() => {
  server.close();
});

test('a name with its namespace is found after the domains in which it does not exist', async () => {
  expect(await lookUp(resolver, 'cart.shop', search)).toBe('10.96.0.1');
  expect(asked).toEqual([
    'A cart.shop.shop.svc.cluster.local',
    'AAAA cart.shop.shop.svc.cluster.local',
    'A cart.shop.svc.cluster.local',
    'AAAA cart.shop.svc.cluster.local',
  ]);
});

test('every lookup asks the server again: nothing is remembered', async () => {
  await lookUp(resolver, 'cart', search);
  await lookUp(resolver, 'cart', search);
  expect(asked.filter(question => question === 'A cart.shop.svc.cluster.local')).toHaveLength(2);
});

test('a name that exists in no domain has no address', async () => {
  await expect(lookUp(resolver, 'ads', search)).rejects.toThrow('ads has no address');
});
