import { join } from 'node:path';
import { command } from './command.ts';

const root = join(import.meta.dirname, '../..');

/** The names of the images in the nodes. Workloads that are mapped run the mapper's: it has Node. */
export const images = {
  mapper: { repository: 'localhost', image: 'network-mapper', tag: 'local' },
  sniffer: { repository: 'localhost', image: 'network-mapper-sniffer', tag: 'local' },
  kafkawatcher: { repository: 'localhost', image: 'network-mapper', tag: 'local' },
  'aws.visibility': { repository: 'localhost', image: 'network-mapper', tag: 'local' },
  istiowatcher: { repository: 'localhost', image: 'network-mapper', tag: 'local' },
} as const;

/** Archives of the images, built from their Dockerfiles in `folder`, unless `E2E_IMAGES` names a folder with them. */
export async function buildImages(folder: string): Promise<readonly string[]> {
  const { E2E_IMAGES } = process.env;
  const archives = (place: string) => ['mapper', 'sniffer'].map(service => join(place, `${service}.tar`));
  if (E2E_IMAGES) return archives(E2E_IMAGES);
  await command('sh', [join(root, 'scripts/image/build.sh'), folder]);
  return archives(folder);
}
