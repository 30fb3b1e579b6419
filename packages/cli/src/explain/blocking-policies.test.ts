import { expect, test } from 'vitest';
import { blockingPolicies, type Connection } from './blocking-policies.ts';
import type { PodFacts, PolicyObject } from './pod-facts.ts';

const pod = (name: string, more: Partial<PodFacts> = {}): PodFacts => ({
  name,
  namespace: 'shop',
  labels: { app: name },
  namespaceLabels: { team: 'a' },
  addresses: ['10.0.0.1'],
  hostNetwork: false,
  namedPorts: {},
  ...more,
});

const connection: Connection = {
  client: pod('web'),
  server: pod('cart', { namedPorts: { http: 8080 }, addresses: ['10.0.0.2'] }),
  protocol: 'TCP',
  port: 8080,
};

const policy = (spec: PolicyObject['spec']): PolicyObject => ({ metadata: { name: 'p', namespace: 'shop' }, spec });
const cart = { podSelector: { matchLabels: { app: 'cart' } } };
const web = { podSelector: { matchLabels: { app: 'web' } } };

test.each<[string, PolicyObject['spec'], boolean]>([
  ['of another workload', { podSelector: { matchLabels: { app: 'db' } }, ingress: [] }, false],
  ['that denies all to everybody', { ingress: [] }, true],
  ['that allows its clients', { ...cart, ingress: [{ from: [web] }] }, false],
  ['that allows others', { ...cart, ingress: [{ from: [cart] }] }, true],
  ["with the Service's port", { ...cart, ingress: [{ from: [web], ports: [{ port: 80 }] }] }, true],
  ["with the pod's port", { ...cart, ingress: [{ from: [web], ports: [{ protocol: 'TCP', port: 8080 }] }] }, false],
  ['with the name of the port', { ...cart, ingress: [{ ports: [{ port: 'http' }] }] }, false],
  ['with a range of ports', { ...cart, ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }] }, false],
  ['with the other protocol', { ...cart, ingress: [{ ports: [{ protocol: 'UDP', port: 8080 }] }] }, true],
  [
    'for a namespace with that label',
    { ...cart, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'a' } } }] }] },
    false,
  ],
  [
    'for another namespace',
    { ...cart, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'b' } } }] }] },
    true,
  ],
  ['for addresses', { ...cart, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/24' } }] }] }, false],
  [
    'for addresses but these',
    { ...cart, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/24', except: ['10.0.0.1/32'] } }] }] },
    true,
  ],
  ['that limits what its client calls', { ...web, policyTypes: ['Egress'] }, true],
  ['that is about egress of the server', { ...cart, policyTypes: ['Egress'] }, false],
  [
    'with expressions that fit',
    {
      podSelector: {
        matchExpressions: [
          { key: 'app', operator: 'In', values: ['cart'] },
          { key: 'x', operator: 'DoesNotExist' },
        ],
      },
    },
    true,
  ],
  [
    'with expressions that do not',
    { podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['cart'] }] } },
    false,
  ],
])('a policy %s blocks a call or not', (_, spec, blocks) => {
  expect(blockingPolicies(connection, [policy(spec)])).toHaveLength(blocks ? 1 : 0);
});

test('pods on the host network are neither isolated nor found by selectors', () => {
  const denied = policy({ ingress: [] });
  expect(blockingPolicies({ ...connection, server: pod('cart', { hostNetwork: true }) }, [denied])).toEqual([]);
  const fromHost = { ...connection, client: pod('web', { hostNetwork: true }) };
  expect(blockingPolicies(fromHost, [policy({ ...cart, ingress: [{ from: [web] }] })])).toEqual([
    { name: 'p', namespace: 'shop', direction: 'ingress' },
  ]);
});
