import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2/CiliumNetworkPolicy';
import { AuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { NetworkMap } from '../../src/network-map.ts';
import { call, mapOf, service, SnapshotFolder, workload } from '../known-map.ts';
import { run } from '../run-command.ts';
import { randomMap } from './random-map.ts';

// Every document against a definition of its kind that is not the renderer's own: the models of Cilium and Istio that
// are made of their projects' definitions, and for EKS, of which no package has one, what its documentation says. The
// models do not refuse members that they do not know; the API server does (test/e2e/policies.ts).

interface Definition {
  readonly spec: {
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: { readonly properties?: object } } }[];
  };
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const eks = JSON.parse(readFileSync(join(import.meta.dirname, 'definitions/eks.json'), 'utf8')) as Definition;
const isEks = ajv.compile(ofObject(eks.spec.versions[0]?.schema.openAPIV3Schema ?? {}));

/** Throws where the document is not what the kind takes. */
type Check = (document: never) => void;

const kinds: readonly (readonly [dialect: string, kind: string, check: Check])[] = [
  ['cilium', 'cilium.io/v2 CiliumNetworkPolicy', document => new CiliumNetworkPolicy(document).validate()],
  ['istio', 'security.istio.io/v1 AuthorizationPolicy', document => new AuthorizationPolicy(document).validate()],
  [
    'eks',
    'networking.k8s.aws/v1alpha1 ApplicationNetworkPolicy',
    document => {
      if (!isEks(document)) throw new Error(ajv.errorsText(isEks.errors));
    },
  ],
];

/** A definition need not name what every object has. */
function ofObject(schema: { readonly properties?: object }): object {
  const everyObject = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };
  return closed({ ...schema, properties: { ...schema.properties, ...everyObject } }) as object;
}

/** A schema that takes no member which it does not name, as the API server's strict validation. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).map(
    // Go writes a class of characters without braces.
    ([key, value]) =>
      [key, key === 'pattern' && typeof value === 'string' ? value.replace('\\PC', '\\P{C}') : closed(value)] as const,
  );
  const isOpen =
    !('properties' in schema) || 'additionalProperties' in schema || 'x-kubernetes-preserve-unknown-fields' in schema;
  // What `anyOf` and its like say of an object adds to what is said beside them: they do not name all its members.
  return { ...Object.fromEntries(members), ...(!isOpen && 'type' in schema && { additionalProperties: false }) };
}

/** All that a policy can be about: unknown ports, names outside, the API, the host network, callers outside. */
const difficult: NetworkMap = {
  ...mapOf([
    call('shop/web > shop/cart'),
    call('shop/web > shop/cart', { endpoints: [{ port: 53, targetPort: 5353, protocol: 'UDP' }] }),
    call('shop/cart > data/redis', { endpoints: [{ port: 6379, targetPort: null, protocol: 'TCP' }] }),
    call('shop/cart > default/kubernetes', { endpoints: [{ port: 443, targetPort: 6443, protocol: 'TCP' }] }),
    call('ops/agent > shop/cart'),
    call('shop/cart > ops/agent'),
  ]),
  workloads: [
    ...['shop/web', 'shop/cart', 'data/redis'].map(place => workload(place)),
    workload('ops/agent', { hostAddresses: ['192.0.2.11', '2001:db8::11'] }),
  ],
  external: [{ client: service('shop/web'), dnsName: 'api.example.com' }],
  incoming: [{ server: service('shop/web'), address: '198.51.100.7', ports: [8080] }],
};

const maps = [difficult, ...fc.sample(randomMap, { numRuns: 30, seed: 7 })];
const variants = [[], ['--egress'], ['--egress', '--service-port', '--allow-outside']];

async function documentsOf(dialect: string): Promise<readonly unknown[]> {
  const documents: unknown[] = [];
  for (const map of maps)
    for (const flags of variants) {
      await using snapshots = new SnapshotFolder();
      const { stdout } = await run(['export', '--as', dialect, ...flags, '--from', await snapshots.write(map)]);
      documents.push(...parseAllDocuments(stdout).map(document => document.toJS() as unknown));
    }
  return documents.filter(document => document !== null);
}

test.each(kinds)(
  'every document of %s is what its definition takes',
  async (dialect, wanted, check) => {
    const documents = await documentsOf(dialect);
    expect(documents.length).toBeGreaterThan(100);
    for (const document of documents) {
      const { apiVersion, kind, spec } = document as { apiVersion: string; kind: string; spec: object };
      expect(`${apiVersion} ${kind}`).toBe(wanted);
      expect(() => check(document as never), JSON.stringify(document, null, 2)).not.toThrow();
      // A text where a list is expected.
      const broken = Object.fromEntries(Object.keys(spec).map(member => [member, '?']));
      expect(() => check({ ...(document as object), spec: broken } as never)).toThrow();
    }
  },
  120_000,
);

test('a member of EKS’ kind that its documentation does not know is refused', async () => {
  for (const document of await documentsOf('eks')) {
    const { spec } = document as { spec: object };
    expect(isEks({ ...(document as object), spec: { ...spec, ingres: [] } })).toBe(false);
  }
}, 120_000);
