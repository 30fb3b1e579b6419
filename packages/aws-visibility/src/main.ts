import { readFile } from 'node:fs/promises';
import { connectKube } from '@network-mapper/kube';
import { ConfigError, createLogger, readOptions, runProgram } from '@network-mapper/runtime';
import { createDns } from './create-dns.ts';
import { createProxy } from './create-proxy.ts';
import { createWebhook } from './create-webhook.ts';
import { dnsOptions, proxyOptions, webhookOptions } from './options.ts';
import services from './recognise/services.generated.json' with { type: 'json' };

/** The name servers that the system asks, resolv.conf(5). */
async function systemServers(): Promise<readonly string[]> {
  const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, address]) => address ?? []);
}

const part = process.argv[2] ?? '';

await runProgram(`aws-visibility-${part}`, async () => {
  const connection = await connectKube({ env: process.env });
  switch (part) {
    case 'proxy': {
      const config = readOptions(proxyOptions, process.env);
      const logger = createLogger({ name: 'aws-proxy', debug: config.debug });
      return createProxy({ config, connection, logger, services });
    }
    case 'dns': {
      const config = readOptions(dnsOptions, process.env);
      const logger = createLogger({ name: 'aws-dns', debug: config.debug });
      return createDns({ config, connection, logger, services, systemServers: await systemServers() });
    }
    case 'webhook': {
      const config = readOptions(webhookOptions, process.env);
      const logger = createLogger({ name: 'aws-webhook', debug: config.debug });
      return createWebhook({ config, connection, logger, systemServers: await systemServers() });
    }
    default:
      throw new ConfigError([
        `${JSON.stringify(part)} is no part of AWS visibility: proxy, dns or webhook must be named.`,
      ]);
  }
});
