/**
 * `bundle.ts [NAME...]` bundles programs (all of them without a name) into `dist/<name>/main.mjs` and what it loads
 * later, as the images run them: that starts faster and takes less memory than the sources. koffi is native and stays
 * outside: what it needs to run is copied to `dist/<name>/node_modules`.
 */
import { cp, realpath, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build } from 'rolldown';
import { bundlePlugins } from './bundle-plugins.ts';
import { writeThirdParty } from './third-party.ts';

const root = join(import.meta.dirname, '..');
const programs = ['mapper', 'sniffer', 'kafka-watcher', 'istio-watcher', 'aws-visibility'];
/** Of koffi, what it needs to run: sources and documentation stay behind. */
const koffiFiles = [
  'package.json',
  'LICENSE.txt',
  'index.js',
  'index.cjs',
  'src/koffi/index.js',
  'src/koffi/index.cjs',
  'src/koffi/src/static.js',
  'src/koffi/src/static.cjs',
  'src/koffi/src/trampolines.cjs',
];

/** Packages are not there where a bundle runs; these are asked for in vain, and done without. */
const optional = new Set(['supports-color', 'bufferutil', 'utf-8-validate']);

const wanted = process.argv.slice(2);
for (const name of wanted.length === 0 ? programs : wanted) await bundleProgram(name);

async function bundleProgram(name: string): Promise<void> {
  if (!programs.includes(name)) throw new Error(`There is no program ${name}: choose from ${programs.join(', ')}.`);
  const target = join(root, 'dist', name);
  await rm(target, { recursive: true, force: true });
  const { output } = await build({
    input: join(root, 'packages', name, 'src/main.ts'),
    platform: 'node',
    external: ['koffi'],
    plugins: bundlePlugins,
    // Else graphql looks at every value more closely than those need who do not change the program.
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    logLevel: 'warn',
    output: {
      // What is seldom needed, such as logging in by OpenID Connect, is a file of its own: the mapper is 20 MiB smaller
      // without it.
      dir: target,
      entryFileNames: 'main.mjs',
      chunkFileNames: '[name]-[hash].mjs',
      format: 'esm',
      // Names stay: they are what a stack trace or a heap profile shows.
      minify: { compress: true, mangle: false, codegen: true },
    },
  });
  for (const file of output) if (file.type === 'chunk') refuseMissing(file);
  const native = output[0].imports.includes('koffi') ? await copyKoffi(join(target, 'node_modules')) : [];
  const modules = output.flatMap(file => (file.type === 'chunk' ? file.moduleIds : []));
  await writeThirdParty({ folder: target, program: name, files: [...modules, ...native] });
  console.log(`dist/${name}/main.mjs: ${Math.round(output[0].code.length / 1024)} KiB`);
}

function refuseMissing({ code, fileName }: { readonly code: string; readonly fileName: string }): void {
  for (const [, name = ''] of code.matchAll(/__require\w*\([`'"]([^`'"]+)[`'"]\)/g))
    if (!isBuiltin(name) && !optional.has(name))
      throw new Error(`${fileName} would ask for ${name} when it runs: make it part of the bundle.`);
}

/** koffi, and beside it its binaries for glibc and musl on the architecture this runs on. Where they come from. */
async function copyKoffi(modules: string): Promise<readonly string[]> {
  const koffi = await realpath(join(root, 'packages/pcap/node_modules/koffi'));
  for (const file of koffiFiles) await cp(join(koffi, file), join(modules, 'koffi', file));
  const native = `@koromix/koffi-linux-${process.arch}`;
  const binaries = await realpath(join(koffi, '..', native));
  await cp(binaries, join(modules, native), { recursive: true });
  return [koffi, binaries];
}
