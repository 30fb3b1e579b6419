import { request } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { connectKube } from '@network-mapper/kube';
import { createLogger, readOptions, runAll } from '@network-mapper/runtime';
import { createKubernetesApi, object, pod, type KubernetesApi } from '@network-mapper/testkit';
import { makeAuthority, makeKeyPair, signLeaf, toSigner } from '../../src/certificates/certificate-authority.ts';
import { createProxy } from '../../src/create-proxy.ts';
import { proxyOptions } from '../../src/options.ts';
import { optInLabel } from '../../src/opt-in.ts';
import services from '../../src/recognise/services.generated.json' with { type: 'json' };

const hour = 3_600_000;

export interface AwsEndpoint extends AsyncDisposable {
  readonly port: number;
  /** PEM of who signs its certificates. */
  readonly authority: string;
}

/** A TLS server for HTTP/1.1 and 2, with certificates for the names that are asked for, that passes all on to moto. */
export async function startAwsEndpoint(
  motoPort: number,
  { host, port }: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 0 },
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
    const { method, url: path } = incoming;
    const all = { host: incoming.authority, ...incoming.headers };
    const headers = Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith(':')));
    const passed = request({ host: '127.0.0.1', port: motoPort, method, path, headers }, answer => {
      const ofConnection = new Set(
        incoming.httpVersion === '2.0' ? ['connection', 'keep-alive', 'transfer-encoding'] : [],
      );
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

export interface RunningProxy extends AsyncDisposable {
  readonly kubernetes: KubernetesApi;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** PEM of the authority that clients must trust. */
  readonly authority: () => string;
  /** What stands against serving, as `/readyz` says it. */
  readonly problems: () => Promise<string>;
}

export interface ProxyWorld {
  readonly aws: AwsEndpoint;
  /** Where the mapper is. */
  readonly mapperUrl: string;
}

/** The proxy in this process. Clients on loopback are a pod that has opted in. */
export async function startProxy({ aws, mapperUrl }: ProxyWorld): Promise<RunningProxy> {
  const kubernetes = await createKubernetesApi();
  kubernetes.put(pod({ name: 'web-x', namespace: 'shop', ip: '127.0.0.1', labels: { [optInLabel]: 'true' } }));
  kubernetes.put(object({ apiVersion: 'v1', kind: 'Secret', name: 'iamlive-ca', namespace: 'otterize-system' }));
  const connection = await connectKube({ kubeconfig: kubernetes.kubeconfig() });
  const logger = createLogger({ name: 'aws-proxy', debug: false });
  logger.level = 'fatal';
  const zero = {
    OTTERIZE_AWS_PROXY_HTTP_PORT: '0',
    OTTERIZE_AWS_PROXY_HTTPS_PORT: '0',
    OTTERIZE_METRICS_PORT: '0',
    OTTERIZE_HEALTH_PROBES_PORT: '0',
  };
  const config = readOptions(proxyOptions, { ...zero, OTTERIZE_MAPPER_API_URL: mapperUrl });
  const [http, https, health] = [0, 1, 2].map(() => Promise.withResolvers<number>());
  if (http === undefined || https === undefined || health === undefined) throw new Error('three ports are three');
  const stop = new AbortController();
  const runnables = await createProxy({
    config,
    connection,
    logger,
    services,
    target: () => ({ host: '127.0.0.1', port: aws.port, ca: aws.authority }),
    httpListening: http.resolve,
    httpsListening: https.resolve,
    healthListening: health.resolve,
  });
  const running = runAll(runnables, stop.signal);
  const healthPort = await health.promise;
  const problems = async (): Promise<string> => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).text();
  return {
    kubernetes,
    httpPort: await http.promise,
    httpsPort: await https.promise,
    problems,
    authority: () => {
      const [secret] = kubernetes.objects({ apiVersion: 'v1', kind: 'Secret' });
      const { data } = secret as unknown as { readonly data: { readonly 'ca.crt': string } };
      return Buffer.from(data['ca.crt'], 'base64').toString();
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      await kubernetes[Symbol.asyncDispose]();
    },
  };
}
