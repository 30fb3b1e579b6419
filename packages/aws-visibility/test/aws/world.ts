import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { createSecureServer, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runAll } from '@network-mapper/runtime';
import { freePort, createKubernetesApi, object, pod, type KubernetesApi } from '@network-mapper/testkit';
import { makeAuthority, makeKeyPair, signLeaf, toSigner } from '../../src/certificates/certificate-authority.ts';
import { createProxy, type ProxyParts } from '../../src/create-proxy.ts';
import { proxyOptions } from '../../src/options.ts';
import { optInLabel } from '../../src/opt-in.ts';
import services from '../../src/recognise/services.generated.json' with { type: 'json' };
import { readSkipped } from './skipped.ts';

const hour = 3_600_000;

export interface AwsEndpoint extends AsyncDisposable {
  readonly port: number;
  /** PEM of who signs its certificates. */
  readonly authority: string;
}

/** A request as AWS sees it. */
export interface SeenRequest {
  /** Of HTTP. */
  readonly version: string;
  readonly method: string;
  readonly path: string;
  /** Names and values as they were written, in their order. */
  readonly headers: readonly (readonly [string, string])[];
  /** Of the body. */
  readonly sha256: string;
}

export interface AwsEndpointOptions {
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** A free one unless given. */
  readonly port?: number;
  /** Called with each request that has come whole. */
  readonly seen?: (request: SeenRequest) => void;
}

/** A TLS server for HTTP/1.1 and 2, with certificates for the names that are asked for, that passes all on to moto. */
export async function startAwsEndpoint(
  motoPort: number,
  { host = '127.0.0.1', port = 0, seen }: AwsEndpointOptions = {},
): Promise<AwsEndpoint> {
  const now = Date.now();
  const pair = await makeAuthority({ name: 'AWS of the tests', from: now - hour, to: now + hour });
  const signer = await toSigner(pair);
  const keys = await makeKeyPair();
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextOf = (name: string): Promise<SecureContext> => {
    const made = contexts.get(name) ?? make(name);
    contexts.set(name, made);
    return made;
  };
  async function make(name: string): Promise<SecureContext> {
    const validity = { from: now - hour, to: now + hour };
    const cert = await signLeaf({ signer, names: [name], publicKey: keys.publicKey, ...validity });
    return createSecureContext({ key: keys.privateKey, cert });
  }
  const server = createSecureServer({
    allowHTTP1: true,
    SNICallback: (name, done) => void contextOf(name).then(context => done(null, context), done),
  });
  server.on('request', (incoming, outgoing) => {
    if (seen !== undefined) record(incoming, seen);
    // moto does not speak this protocol: an answer without members, as CBOR (RFC 8949 §3).
    if (incoming.headers['smithy-protocol'] === 'rpc-v2-cbor') {
      incoming.resume().once('end', () => {
        outgoing.writeHead(200, { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' });
        outgoing.end(Buffer.of(0xa0));
      });
      return;
    }
    const { method, url: path } = incoming;
    const all = { host: incoming.authority, ...incoming.headers };
    const headers = Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith(':')));
    const passed = request({ host: '127.0.0.1', port: motoPort, method, path, headers }, answer => {
      // That moto ends each connection concerns nobody else.
      const ofConnection = new Set([
        'connection',
        'keep-alive',
        ...(incoming.httpVersion === '2.0' ? ['transfer-encoding'] : []),
      ]);
      const passedOn = Object.entries(answer.headers).filter(([name]) => !ofConnection.has(name));
      outgoing.writeHead(answer.statusCode ?? 500, Object.fromEntries(passedOn));
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  server.on('checkContinue', (incoming, outgoing) => {
    outgoing.writeContinue();
    server.emit('request', incoming, outgoing);
  });
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    authority: pair.certificate,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function record(incoming: Http2ServerRequest, seen: (request: SeenRequest) => void): void {
  const hash = createHash('sha256');
  incoming.on('data', (bytes: Buffer) => hash.update(bytes));
  incoming.once('end', () => {
    const { httpVersion: version, method, url: path, rawHeaders } = incoming;
    const headers = rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [[name, all[at + 1] ?? ''] as const] : []));
    seen({ version, method, path, headers, sha256: hash.digest('hex') });
  });
}

export interface RunningProxy extends AsyncDisposable {
  readonly kubernetes: KubernetesApi;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** PEM of the authority that signs. */
  readonly authority: () => string;
  /** PEM of all authorities that clients must trust. */
  readonly trusted: () => string;
  /** What was not reported, by reason. */
  readonly skipped: () => Promise<Readonly<Record<string, number>>>;
  /** What stands against serving, as `/readyz` says it. */
  readonly problems: () => Promise<string>;
}

export interface ProxyWorld extends Pick<ProxyParts, 'now' | 'lookInterval' | 'limits'> {
  readonly aws: Pick<AwsEndpoint, 'port' | 'authority'>;
  /** Where the mapper is. */
  readonly mapperUrl: string;
}

/** The proxy in this process. Clients on loopback are a pod that has opted in. */
export async function startProxy({ aws, mapperUrl, ...more }: ProxyWorld): Promise<RunningProxy> {
  const kubernetes = await createKubernetesApi();
  kubernetes.put(pod({ name: 'web-x', namespace: 'shop', ip: '127.0.0.1', labels: { [optInLabel]: 'true' } }));
  kubernetes.put(object({ apiVersion: 'v1', kind: 'Secret', name: 'iamlive-ca', namespace: 'otterize-system' }));
  const connection = await connectKube({ kubeconfig: kubernetes.kubeconfig() });
  const logger = createLogger({ name: 'aws-proxy', debug: false });
  logger.level = 'fatal';
  const metricsPort = await freePort();
  const ports = {
    OTTERIZE_AWS_PROXY_HTTP_PORT: '0',
    OTTERIZE_AWS_PROXY_HTTPS_PORT: '0',
    OTTERIZE_METRICS_PORT: String(metricsPort),
    OTTERIZE_HEALTH_PROBES_PORT: '0',
  };
  const config = readOptions(proxyOptions, { ...ports, OTTERIZE_MAPPER_API_URL: mapperUrl });
  const [http, https, health] = [0, 1, 2].map(() => Promise.withResolvers<number>());
  if (http === undefined || https === undefined || health === undefined) throw new Error('three ports are three');
  const stop = new AbortController();
  const trust = createSecureContext({ ca: aws.authority });
  const runnables = await createProxy({
    ...more,
    config,
    connection,
    logger,
    services,
    target: () => ({ host: '127.0.0.1', port: aws.port, trust }),
    httpListening: http.resolve,
    httpsListening: https.resolve,
    healthListening: health.resolve,
  });
  const running = runAll(runnables, stop.signal);
  const healthPort = await health.promise;
  const authorities = (...keys: readonly string[]): string => {
    const [secret] = kubernetes.objects({ apiVersion: 'v1', kind: 'Secret' });
    const { data } = secret as unknown as { readonly data: Readonly<Record<string, string>> };
    return keys.map(key => Buffer.from(data[key] ?? '', 'base64').toString()).join('');
  };
  const problems = async (): Promise<string> => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text();
  return {
    kubernetes,
    httpPort: await http.promise,
    httpsPort: await https.promise,
    problems,
    skipped: () => readSkipped(`http://127.0.0.1:${metricsPort}/metrics`),
    authority: () => authorities('ca.crt'),
    trusted: () => authorities('ca.crt', 'next.crt', 'former.crt'),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      await kubernetes[Symbol.asyncDispose]();
    },
  };
}
