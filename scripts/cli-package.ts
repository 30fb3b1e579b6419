/**
 * `cli-package.ts [--executable]` makes the command line as people install it, in `dist/cli/`: an npm package without
 * dependencies, which `npx` and kubectl run, its archive, and the manifest of krew for it. With `--executable` also one
 * file with the pinned Node in it (https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html).
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { inject } from 'postject';
import { build, type OutputOptions, type Plugin } from 'rolldown';
import cli from '../packages/cli/package.json' with { type: 'json' };
import { bundlePlugins } from './bundle-plugins.ts';
import { krewManifest } from './krew-manifest.ts';
import { writeThirdParty } from './third-party.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const source = join(root, 'packages/cli/src/main.ts');
const target = join(root, 'dist/cli');
const packageFolder = join(target, 'package');

/** The first Node with everything that the sources use. */
const oldestNode = 22;
const tooOld =
  `if (Number(process.versions.node.split('.')[0]) < ${oldestNode}) {` +
  ` console.error('Error: network-mapper needs Node.js ${oldestNode} or later, and this is ' + process.version); process.exit(1); }`;

/** Drawings have no pictures in them, and what would read those says under no licence that it may be passed on. */
const noPng: Plugin = {
  name: 'no PNG in PDF',
  resolveId: { filter: { id: /^png-js$/ }, handler: () => '\0no-png' },
  load: {
    filter: { id: /^\0no-png$/ },
    handler: () => ({ code: 'export default undefined;', moduleType: 'js' }),
  },
};

const embedAssets = await embedded();

/** Font and renderer become part of the one file, as text. */
async function embedded(): Promise<Plugin> {
  const require = createRequire(source);
  const text = async (path: string) =>
    JSON.stringify(brotliCompressSync(await readFile(require.resolve(path))).toString('base64'));
  const code = `
    import { brotliDecompressSync } from 'node:zlib';
    const unpack = text => Promise.resolve(brotliDecompressSync(Buffer.from(text, 'base64')));
    export const readFont = () => unpack(${await text('@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf')});
    export const readResvg = () => unpack(${await text('@resvg/resvg-wasm/index_bg.wasm')});
  `;
  return {
    name: 'font and renderer in the bundle',
    load: { filter: { id: /pictures[\\/]assets\.ts$/ }, handler: () => ({ code, moduleType: 'js' }) },
  };
}

/** What is seldom needed, as what draws, is in files of its own: reading it all takes longer than most commands. */
const inFiles: OutputOptions = {
  dir: packageFolder,
  entryFileNames: 'network-mapper.mjs',
  chunkFileNames: '[name]-[hash].mjs',
  format: 'esm',
  banner: chunk => (chunk.isEntry ? tooOld : ''),
};

async function bundle(output: OutputOptions): Promise<readonly string[]> {
  const built = await build({
    input: source,
    platform: 'node',
    plugins: [...bundlePlugins, embedAssets, noPng],
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    logLevel: 'warn',
    output: { ...output, minify: { compress: true, mangle: false, codegen: true } },
  });
  return built.output.flatMap(chunk => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

async function makePackage(): Promise<void> {
  const files = await bundle(inFiles);
  await chmod(join(packageFolder, 'network-mapper.mjs'), 0o755);
  await copyFile(join(root, 'LICENSE'), join(packageFolder, 'LICENSE'));
  await copyFile(join(root, 'packages/cli/README.md'), join(packageFolder, 'README.md'));
  await writeThirdParty({ folder: packageFolder, program: 'cli', files });
  const bin = './network-mapper.mjs';
  const manifest = {
    name: 'network-mapper',
    version: cli.version,
    description: 'Who talks to whom in a Kubernetes cluster: the command line of the network mapper',
    keywords: ['kubernetes', 'network', 'map', 'kubectl-plugin', 'networkpolicy'],
    license: cli.license,
    type: 'module',
    engines: { node: `>=${oldestNode}` },
    bin: { 'network-mapper': bin, 'kubectl-network_mapper': bin },
  };
  await writeFile(join(packageFolder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', target], { cwd: packageFolder });
  const archive = join(target, stdout.trim());
  const sha256 = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
  await writeFile(join(target, 'network-mapper.yaml'), krewManifest({ version: cli.version, sha256 }));
  console.log(`${archive}: ${Math.round((await readFile(archive)).length / 1024)} KiB`);
}

async function makeExecutable(): Promise<void> {
  const main = join(target, 'main.cjs');
  await bundle({ file: main, format: 'cjs', codeSplitting: false });
  const blob = join(target, 'main.blob');
  const configuration = join(target, 'sea.json');
  await writeFile(configuration, JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true }));
  await run(process.execPath, ['--experimental-sea-config', configuration]);
  const executable = join(target, `network-mapper-${process.platform}-${process.arch}`);
  await copyFile(process.execPath, executable);
  await chmod(executable, 0o755);
  // The mark that Node looks for in its own binary (documentation of single-executable applications).
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  await inject(executable, 'NODE_SEA_BLOB', await readFile(blob), { sentinelFuse: fuse, machoSegmentName: 'NODE_SEA' });
  for (const file of [main, blob, configuration]) await rm(file);
  console.log(`${executable}: ${Math.round((await readFile(executable)).length / 1024 / 1024)} MiB`);
}

await rm(target, { recursive: true, force: true });
await mkdir(packageFolder, { recursive: true });
await makePackage();
if (process.argv.includes('--executable')) await makeExecutable();
