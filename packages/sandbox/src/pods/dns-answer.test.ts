import { decode, encode, type Question } from 'dns-packet';
import { expect, test } from 'vitest';
import { answerQuery } from './dns-answer.ts';

const zone = { 'cart.shop.svc.cluster.local': '10.96.0.1' };

/** Asks as a client does: over the wire format. */
function ask(question: Question) {
  const query = decode(encode({ type: 'query', id: 7, flags: 0x100, questions: [question] }));
  return decode(encode(answerQuery(query, zone)));
}

test('a service has the address of its ClusterIP, whatever the case of the question', () => {
  expect(ask({ type: 'A', name: 'Cart.shop.svc.cluster.local' })).toMatchObject({
    id: 7,
    rcode: 'NOERROR',
    flag_aa: true,
    flag_rd: true,
    answers: [{ type: 'A', name: 'Cart.shop.svc.cluster.local', data: '10.96.0.1' }],
  });
});

test('a name that exists has no address of the other family, and is not denied', () => {
  expect(ask({ type: 'AAAA', name: 'cart.shop.svc.cluster.local' })).toMatchObject({ rcode: 'NOERROR', answers: [] });
});

test.each(['cart.shop.svc.cluster.local.svc.cluster.local', 'example.org', 'constructor'])(
  '%s does not exist',
  name => {
    expect(ask({ type: 'A', name })).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
  },
);
