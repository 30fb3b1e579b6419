import { cp, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { containerCommand } from '../../scripts/dockerfile.ts';
import { command } from './command.ts';
import { packLayer, writeImage, type Layer } from './image-archive.ts';

const root = join(import.meta.dirname, '../..');

/** The names under which the images are loaded into the nodes. */
export const tags = {
  mapper: 'localhost/network-mapper:e2e',
  sniffer: 'localhost/network-sniffer:e2e',
  /** Node alone, for the workloads that are mapped. */
  node: 'localhost/network-mapper-e2e-workload:e2e',
} as const;

/** A manifest of `install/` with the image that is tested. */
export async function manifest(name: 'mapper' | 'sniffer'): Promise<string> {
  const path = join(root, 'install', `${name}.yaml`);
  const text = await readFile(path, 'utf8');
  const tested = text.replace(/(?<= image: ).+/, tags[name]);
  if (tested === text) throw new Error(`${path} names no image`);
  return tested;
}

/**
 * Makes the images of the mapper, the sniffer and the workloads in `folder`, of the same contents as by the
 * Dockerfiles: the Node that runs this, with its libraries; the bundle of a service; libpcap for the sniffer; run as
 * the Dockerfiles say. Returns the archives.
 */
export async function makeImages(folder: string): Promise<readonly string[]> {
  await command(process.execPath, [join(root, 'scripts/bundle.ts')]);
  const node = await layer(folder, 'node', async place => {
    await copy(process.execPath, join(place, 'usr/bin/node'));
    await copyLibraries(process.execPath, place);
    await mkdir(join(place, 'tmp'));
  });
  const mapper = await layer(folder, 'mapper', place =>
    cp(join(root, 'dist/mapper'), join(place, 'app'), { recursive: true }),
  );
  const sniffer = await layer(folder, 'sniffer', async place => {
    await cp(join(root, 'dist/sniffer'), join(place, 'app'), { recursive: true });
    const libpcap = await findLibrary('libpcap.so.0.8');
    await copy(libpcap, join(place, libpcap));
    await copyLibraries(libpcap, place);
  });
  const images = [
    { tag: tags.node, entrypoint: ['/usr/bin/node'], env: {}, layers: [node] },
    { tag: tags.mapper, ...containerCommand('mapper'), layers: [node, mapper] },
    { tag: tags.sniffer, ...containerCommand('sniffer'), layers: [node, sniffer] },
  ];
  const archives: string[] = [];
  for (const [index, image] of images.entries()) {
    const archive = join(folder, `image-${index}.tar`);
    await writeImage(archive, image);
    archives.push(archive);
  }
  return archives;
}

async function layer(folder: string, name: string, fill: (place: string) => Promise<void>): Promise<Layer> {
  const place = join(folder, name);
  await mkdir(place);
  await fill(place);
  return packLayer(place, join(folder, `${name}.tar`));
}

/** Copies what the dynamic linker loads for a binary to where it looks for it. */
async function copyLibraries(binary: string, place: string): Promise<void> {
  const listing = await command('ldd', [binary]);
  for (const [, path = ''] of listing.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)) await copy(path, join(place, path));
}

async function findLibrary(name: string): Promise<string> {
  const listing = await command('ldconfig', ['-p']);
  const path = new RegExp(`${name.replaceAll('.', '\\.')} .*=> (\\S+)`).exec(listing)?.[1];
  if (path === undefined)
    throw new Error(`${name} is not installed: the sniffer's image needs it (Debian package libpcap0.8).`);
  return path;
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { dereference: true });
}
