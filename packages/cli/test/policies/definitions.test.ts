import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { NetworkMap } from '../../src/network-map.ts';
import { dialectNames } from '../../src/policies/dialects.ts';
import { call, mapOf, service, SnapshotFolder, workload } from '../known-map.ts';
import { run } from '../run-command.ts';
import { randomMap } from './random-map.ts';

// What the API server does with an object of a kind that a definition brought: every member must be in the schema
// (`kubectl apply` asks for strict validation), with its type, its limits and its words. Rules in CEL are checked by a
// real API server only, in test/e2e/policies.ts.

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: { readonly properties?: object } };
    }[];
  };
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const folder = join(import.meta.dirname, 'definitions');
const files = globSync('*.json', { cwd: folder });

/** By dialect. */
const validators: ReadonlyMap<string, { readonly apiVersion: string; readonly isValid: ValidateFunction }> = new Map(
  files.map(name => {
    const { spec } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Definition;
    const [version] = spec.versions;
    return [
      basename(name, '.json'),
      {
        apiVersion: `${spec.group}/${version?.name ?? ''} ${spec.names.kind}`,
        isValid: ajv.compile(ofObject(version?.schema.openAPIV3Schema ?? {})),
      },
    ];
  }),
);

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

test('every dialect but Kubernetes’ own has a definition', () => {
  expect([...validators.keys(), 'network-policy'].toSorted()).toEqual([...dialectNames].toSorted());
});

test.each(files.map(name => basename(name, '.json')))(
  'every document of %s is what its definition takes, and one with another member is not',
  async dialect => {
    const { apiVersion, isValid } = validators.get(dialect) ?? { apiVersion: '', isValid: ajv.compile({}) };
    const documents = await documentsOf(dialect);
    expect(documents.length).toBeGreaterThan(100);
    for (const document of documents) {
      const { apiVersion: version, kind, spec } = document as { apiVersion: string; kind: string; spec: object };
      expect(`${version} ${kind}`).toBe(apiVersion);
      expect(isValid(document), JSON.stringify({ document, errors: isValid.errors }, null, 2)).toBe(true);
      expect(isValid({ ...(document as object), spec: { ...spec, ingres: [] } })).toBe(false);
    }
  },
  120_000,
);
