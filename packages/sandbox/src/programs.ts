import { fileURLToPath } from 'node:url';

const sourceOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What runs as processes of their own, each from its source. */
export const programs = {
  service: sourceOf('pods/service.ts'),
  dnsServer: sourceOf('pods/dns-server.ts'),
  mapper: sourceOf('../../mapper/src/main.ts'),
  sniffer: sourceOf('../../sniffer/src/main.ts'),
  commandLine: sourceOf('../../cli/src/main.ts'),
} as const;
