import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entrypoints } from './images.ts';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

test.each(['mapper', 'sniffer'] as const)(
  'the image of the %s has the Node that is tested, and runs its bundle',
  service => {
    const dockerfile = read(`Dockerfile.${service}`);
    const pinned = /^ {2}node: (\S+)$/m.exec(read('pnpm-workspace.yaml'))?.[1];
    expect(process.versions.node).toBe(pinned);
    expect(dockerfile).toContain(`FROM node:${pinned ?? ''}-bookworm-slim AS build`);
    expect(dockerfile).toContain(`scripts/bundle.ts ${service}\n`);
    expect(dockerfile).toContain(`ENTRYPOINT [${entrypoints[service].map(word => `"${word}"`).join(', ')}]\n`);
  },
);
