import { webcrypto } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  Extension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from './x509.ts';

/** A certificate and its key, as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

export interface Validity {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** id-ce-nameConstraints (RFC 5280 §4.2.1.10). */
const nameConstraints = '2.5.29.30';

export interface AuthorityOptions extends Validity {
  readonly name: string;
  /** Domains below which it may sign names; all when left out. */
  readonly domains?: readonly string[];
}

/** A certificate authority: one that can sign for nothing but the domains given, even if its key is stolen. */
export async function makeAuthority({ name, from, to, domains }: AuthorityOptions): Promise<CertificatePair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: `CN=${name}`,
      notBefore: new Date(from),
      notAfter: new Date(to),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        ...(domains === undefined ? [] : [constraintTo(domains)]),
      ],
    },
    webcrypto,
  );
  return { certificate: toPem(certificate), key: await exportKey(keys.privateKey) };
}

function constraintTo(domains: readonly string[]): Extension {
  const permitted = domains.map(dNSName => new GeneralSubtree({ base: new GeneralName({ dNSName }) }));
  const constraints = new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) });
  return new Extension(nameConstraints, true, AsnConvert.serialize(constraints));
}

/** An authority that can be signed with. */
export interface Signer {
  readonly certificate: X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** Throws when the pair is none. */
export async function toSigner({ certificate, key }: CertificatePair): Promise<Signer> {
  const der = Buffer.from(key.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  return {
    certificate: new X509Certificate(certificate),
    key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
  };
}

export interface LeafOptions extends Validity {
  readonly signer: Signer;
  /** The first is its common name, if that is short enough. */
  readonly names: readonly [string, ...string[]];
  readonly publicKey: webcrypto.CryptoKey;
}

/** A certificate of a server with these names, as PEM. */
export async function signLeaf({ signer, names, publicKey, from, to }: LeafOptions): Promise<string> {
  const [first] = names;
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      // 64 characters at most (RFC 5280, ub-common-name); clients look at the other names.
      subject: first.length > 64 ? '' : `CN=${first}`,
      issuer: signer.certificate.subject,
      notBefore: new Date(from),
      notAfter: new Date(Math.min(to, signer.certificate.notAfter.getTime())),
      signingAlgorithm: algorithm,
      publicKey,
      signingKey: signer.key,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(names.map(value => ({ type: 'dns', value }))),
        await AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return toPem(certificate);
}

export interface KeyPair {
  readonly publicKey: webcrypto.CryptoKey;
  /** PEM. */
  readonly privateKey: string;
}

export async function makeKeyPair(): Promise<KeyPair> {
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return { publicKey, privateKey: await exportKey(privateKey) };
}

/** With a line end, so that several can be put together. */
function toPem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${(der.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** Positive, and of no less than 64 random bits (CA/Browser Forum's rule). */
function serialNumber(): string {
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;
}
