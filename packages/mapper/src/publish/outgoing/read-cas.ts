import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '@network-mapper/runtime';

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in some PEM files. Throws a ConfigError that names each file that is none, and `option`. */
export async function readCas(paths: readonly string[], option: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const found: string[] = [];
  for (const path of paths) {
    try {
      const certificates = (await readFile(path, 'utf8')).match(certificate) ?? [];
      if (certificates.length === 0) throw new Error('there is no certificate in it');
      for (const each of certificates) new X509Certificate(each);
      found.push(...certificates);
    } catch (error) {
      problems.push(`${option}: ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return found;
}
