import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerCommand } from '../../scripts/dockerfile.ts';
import { command } from './command.ts';

export interface Layer {
  readonly file: string;
  /** `sha256:` and the digest of the tar file. */
  readonly diffId: string;
}

/** Packs a folder as one layer of images, owned by root. */
export async function packLayer(folder: string, file: string): Promise<Layer> {
  await command('tar', [
    '-C',
    folder,
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mtime=@0',
    '-cf',
    file,
    '.',
  ]);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return { file, diffId: `sha256:${hash.digest('hex')}` };
}

/**
 * Writes an image as `docker save` does: an archive that every container runtime takes, without a daemon or a registry.
 */
export async function writeImage(
  archive: string,
  image: ContainerCommand & { readonly tag: string; readonly layers: readonly Layer[] },
): Promise<void> {
  const folder = await mkdtemp(`${archive}-`);
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const layers = image.layers.map((_, index) => `layer-${index}.tar`);
  const config = {
    architecture,
    os: 'linux',
    config: {
      Entrypoint: image.entrypoint,
      Env: Object.entries({ PATH: '/usr/bin:/bin', ...image.env }).map(([name, value]) => `${name}=${value}`),
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: image.layers.map(({ diffId }) => diffId) },
    history: image.layers.map(() => ({ created_by: 'network-mapper e2e' })),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: [image.tag], Layers: layers }]),
  );
  for (const [index, { file }] of image.layers.entries())
    await command('ln', [file, join(folder, `layer-${index}.tar`)]);
  await command('tar', ['-C', folder, '-cf', archive, 'manifest.json', 'config.json', ...layers]);
  await rm(folder, { recursive: true });
}
