import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';

const run = promisify(execFile);

/**
 * `network-config-analyzer` of PyPI, which evaluates policies and was written by others, in a folder that is no part of
 * the project; or why it is not there.
 */
export async function findEvaluator(): Promise<{ readonly path: string } | { readonly missing: string }> {
  const folder = join(import.meta.dirname, '../../../../node_modules/.network-config-analyzer');
  const path = join(folder, 'bin/nca');
  try {
    await access(path);
  } catch {
    try {
      await run('python3', ['-m', 'venv', folder]);
      await run(join(folder, 'bin/pip'), ['install', '--quiet', 'network-config-analyzer==2.1.0']);
    } catch (error) {
      return { missing: `network-config-analyzer cannot be installed: ${String(error).slice(0, 300)}` };
    }
  }
  return { path };
}

/** A cluster with policies, as documents of YAML. */
export interface Scene {
  readonly name: string;
  readonly inventory: string;
  readonly policies: string;
}

export interface Evaluation {
  /** By the name of the scene: `a/x > b/y`, with `all` or ports as `TCP 80`; without what crosses the border. */
  readonly allowed: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
  /** The pairs of scenes, as `first second`, that allow the same. */
  readonly equivalent: ReadonlySet<string>;
}

/** Evaluates scenes in one process, and compares some of them. */
export async function evaluate(
  path: string,
  { scenes, pairs }: { readonly scenes: readonly Scene[]; readonly pairs: readonly (readonly [string, string])[] },
): Promise<Evaluation> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-policies-'));
  try {
    for (const { name, inventory, policies } of scenes) {
      await writeFile(join(folder, `${name}-inventory.yaml`), inventory);
      await writeFile(join(folder, `${name}-policies.yaml`), policies);
    }
    const scheme = {
      networkConfigList: scenes.map(({ name }) => ({
        name,
        namespaceList: [`${name}-inventory.yaml`],
        podList: [`${name}-inventory.yaml`],
        resourceList: [`${name}-policies.yaml`],
      })),
      queries: [
        ...scenes.map(({ name }) => ({
          name: `map ${name}`,
          connectivityMap: [name],
          outputConfiguration: { outputFormat: 'txt_no_fw_rules', outputEndpoints: 'deployments' },
        })),
        ...pairs.map(([first, second]) => ({ name: `compare ${first} ${second}`, equivalence: [first, second] })),
      ],
    };
    await writeFile(join(folder, 'scheme.yaml'), stringify(scheme));
    const { stdout } = await run(path, ['--return_0', '--scheme', join(folder, 'scheme.yaml')], {
      maxBuffer: 2 ** 28,
    });
    return parseAnswer(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function parseAnswer(text: string): Evaluation {
  const allowed = new Map<string, Map<string, Set<string>>>();
  const equivalent = new Set<string>();
  const [, ...parts] = text.split(/^Running query /m);
  for (const part of parts) {
    const [head = '', ...lines] = part.split('\n');
    const [what, ...names] = head.split(' ');
    if (what === 'compare' && lines.some(line => line.includes('are semantically equivalent')))
      equivalent.add(names.join(' '));
    if (what !== 'map') continue;
    const connections = new Map<string, Set<string>>();
    allowed.set(names.join(' '), connections);
    // Policies of a mesh are about TCP: the rest stands in a part of its own.
    let isTcpAlone = false;
    for (const line of lines) {
      if (line.startsWith('TCP Connections')) isTcpAlone = true;
      if (line.toLowerCase().startsWith('non-tcp')) break;
      const [, from, to, connection] = /^(\S+)\[\w+\] => (\S+)\[\w+\] : (.*)$/.exec(line) ?? [];
      if (from === undefined || to === undefined || connection === undefined) continue;
      const key = `${from} > ${to}`;
      const set = connections.get(key) ?? new Set();
      connections.set(key, set);
      for (const each of connectionsOf(isTcpAlone ? connection.replace('{', '{protocols:TCP,') : connection))
        set.add(each);
    }
  }
  return { allowed, equivalent };
}

/** `All connections`, or as `{protocols:TCP,dst_ports:80,8000-8001}`. */
function connectionsOf(text: string): readonly string[] {
  if (text === 'All connections') return ['all'];
  return [...text.matchAll(/\{protocols:([A-Z, ]+)(?:,dst_ports:([\d,-]+))?\}/g)].flatMap(
    ([, protocols = '', ports = 'all']) =>
      protocols
        .split(/[, ]+/)
        .filter(Boolean)
        .flatMap(protocol => expand(ports).map(port => `${protocol} ${port}`)),
  );
}

function expand(ports: string): readonly string[] {
  return ports.split(',').flatMap(range => {
    const [first = 0, last = first] = range.split('-').map(Number);
    if (Number.isNaN(first) || last - first > 100) return [range];
    return Array.from({ length: last - first + 1 }, (_, at) => String(first + at));
  });
}
