import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface ThirdPartyParts {
  readonly folder: string;
  readonly program: string;
  /** What is in the bundle or beside it. */
  readonly files: readonly string[];
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** The texts of its licence and notice files. */
  readonly texts: readonly string[];
}

/**
 * Writes what others wrote of a program to `folder`: `THIRD-PARTY-NOTICES.txt` with their licences, and
 * `sbom.cdx.json`, a bill of materials (CycloneDX 1.6).
 */
export async function writeThirdParty({ folder, program, files }: ThirdPartyParts): Promise<void> {
  const packages = await packagesOf(files);
  const notices = packages.map(
    ({ name, version, license, texts }) => `${name} ${version} (${license})\n\n${texts.join('\n\n')}`,
  );
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), notices.join(`\n\n${'-'.repeat(80)}\n\n`));
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: `network-mapper-${program}` } },
    components: [
      ...packages.map(component),
      // Node's own licence has those of all its parts.
      component({ name: `node-linux-${process.arch}`, version: process.versions.node, license: 'MIT' }),
    ],
  };
  await writeFile(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, undefined, 2)}\n`);
}

function component({ name, version, license }: Omit<Package, 'texts'>): object {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { type: 'library', name, version, purl, 'bom-ref': purl, licenses: [{ expression: license }] };
}

async function packagesOf(files: readonly string[]): Promise<readonly Package[]> {
  const roots = new Set(
    files.flatMap(file => /^(?:\0)?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)(?:\/|$)/.exec(file)?.[1] ?? []),
  );
  const packages = await Promise.all([...roots].map(readPackage));
  const byName = new Map(packages.map(found => [`${found.name}@${found.version}`, found]));
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
}

async function readPackage(root: string): Promise<Package> {
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  if (license === undefined) throw new Error(`${name} ${version} says no licence: it cannot be passed on.`);
  const names = (await readdir(root)).filter(file => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  return { name, version, license, texts: await Promise.all(names.map(file => readFile(join(root, file), 'utf8'))) };
}
