import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { containerCommand } from '../../scripts/dockerfile.ts';

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
    expect(containerCommand(service).entrypoint[0]).toBe('/usr/bin/node');
    expect(containerCommand(service).entrypoint.at(-1)).toBe('/app/main.mjs');
  },
);
