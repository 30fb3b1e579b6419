import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAws } from './aws-cloud.ts';
import { until } from './checks.ts';
import { command } from './command.ts';
import { endToEnd, type World } from './end-to-end.ts';
import { images } from './images.ts';
import { checkKilledProxy } from './killed-proxy.ts';
import { apply, kubectlOf, rolledOut, type Kubectl } from './kubectl.ts';
import { Release } from './release.ts';

// AWS visibility on a real cluster: a pod with the label and one without call a stand-in of AWS under AWS's names, and
// the command line says what the first one called. Ends with a line `N passed, N failed`.

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'packages/cli/src/main.ts');
const namespace = 'e2e-aws';
const label = 'network-mapper.otterize.com/aws-visibility';
const { repository, image, tag } = images.mapper;
/** Who signs the certificates of the proxy, and those of AWS. */
const proxyAuthority = 'Network mapper: AWS visibility';
const awsAuthority = 'AWS of the tests';
/** Seconds after which a pod goes past a proxy that is gone: the life of the DNS server's answers, and one more. */
const longestGap = 6;

async function run(world: World): Promise<void> {
  const aws = await startAws(kubectlOf(world.cluster.kubeconfig));
  if ('missing' in aws) {
    world.say(`skipped: ${aws.missing}`);
    return;
  }
  try {
    await runChecks(world, aws);
  } finally {
    await aws[Symbol.asyncDispose]();
  }
}

/** @param aws Its authority as PEM. */
async function runChecks(
  { cluster, kubectl, checks, say, signal }: World,
  { authority }: { readonly authority: string },
): Promise<void> {
  const { kubeconfig } = cluster;
  const release = new Release(kubeconfig);
  const system = release.namespace;
  try {
    await release.install('aws.visibility.enabled=true');
    await trustAws(kubeconfig, { kubectl, system, authority });
    await checks.check('everything installed is ready', () => rolledOut(kubectl, system, { seconds: 240 }));
    await apply(kubeconfig, await clients(authority));
    await checks.check('both clients run', () => rolledOut(kubectl, namespace, { seconds: 240 }));
    const callsOf = async (name: string): Promise<readonly Call[]> =>
      (await kubectl('logs', '-n', namespace, `deployment/${name}`, '--tail=40')).split('\n').flatMap(toCall);
    const lastCallsOf = (name: string, wanted: Pick<Call, 'issuer'>, seconds = 60): Promise<void> =>
      until(
        { seconds, signal, wanted: `calls to ${wanted.issuer}` },
        async () => JSON.stringify((await callsOf(name)).slice(-2)),
        shown => {
          const last = JSON.parse(shown) as readonly Call[];
          return last.length === 2 && last.every(({ status, issuer }) => status === 200 && issuer === wanted.issuer);
        },
      );
    await checks.check('the calls of the pod with the label succeed through the proxy', () =>
      lastCallsOf('orders', { issuer: proxyAuthority }),
    );
    const lines = [
      /^e2e-aws\/orders +AWS +arn:aws:sqs:eu-west-1:123456789012:orders +.*sqs:SendMessage/m,
      /^e2e-aws\/orders +AWS +arn:aws:s3:::e2e-receipts\/receipt-1 +.*s3:PutObject/m,
    ];
    await checks.check('the list names pod, action and resource', () =>
      until(
        { seconds: 60, signal, wanted: lines.map(String).join('\n') },
        () =>
          command(process.execPath, [cli, 'list', '--cloud', '--quiet', '-n', namespace, '--kubeconfig', kubeconfig], {
            signal,
          }),
        shown => lines.every(line => line.test(shown)) && !shown.includes('unlabelled'),
      ),
    );
    await checks.check('a pod without the label is untouched, and calls AWS itself', async () => {
      await lastCallsOf('unlabelled', { issuer: awsAuthority });
      const pod = await kubectl('get', 'pods', '-n', namespace, '-l', 'app=unlabelled', '-o', 'json');
      for (const trace of ['iamlive-ca', 'AWS_CA_BUNDLE', 'nameservers'])
        if (pod.includes(trace)) throw new Error(`it has ${trace}`);
    });
    await checks.check(`with the proxy killed, calls reach AWS itself after ${longestGap} s at the most`, async () => {
      await kubectl('scale', '-n', system, 'deployment/otterize-iamlive', '--replicas=0');
      await kubectl('delete', 'pod', '-n', system, '-l', 'app=otterize-iamlive', '--force', '--grace-period=0');
      await lastCallsOf('orders', { issuer: awsAuthority }, 30);
      const calls = await callsOf('orders');
      const proxied = calls.findLast(({ status, issuer }) => status === 200 && issuer === proxyAuthority);
      const direct = calls.find(({ status, issuer }) => status === 200 && issuer === awsAuthority);
      const gap = ((direct?.at ?? Infinity) - (proxied?.at ?? -Infinity)) / 1000;
      say(`      the gap was ${gap} s, with ${calls.filter(({ status }) => status === 0).length} calls that failed`);
      if (!(gap <= longestGap)) throw new Error(`it took ${gap} s: ${JSON.stringify(calls)}`);
    });
    await checks.check('and through the proxy again when that is back', async () => {
      await kubectl('scale', '-n', system, 'deployment/otterize-iamlive', '--replicas=1');
      await lastCallsOf('orders', { issuer: proxyAuthority });
    });
    await checkKilledProxy({ kubectl, checks, say, signal, system, namespace, longestGap });
  } finally {
    // Also when the test is stopped.
    const clean = kubectlOf(kubeconfig);
    await release.uninstall().catch((error: unknown) => say(String(error)));
    for (const name of [namespace, system])
      await clean('delete', 'namespace', name, '--wait=false').catch((error: unknown) => say(String(error)));
  }
}

interface Call {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly service: string;
  /** 0 when there was no answer; the issuer is then why. */
  readonly status: number;
  readonly issuer: string;
}

function toCall(line: string): readonly Call[] {
  return line.startsWith('{') ? [JSON.parse(line) as Call] : [];
}

interface Trust {
  readonly kubectl: Kubectl;
  readonly system: string;
  readonly authority: string;
}

/** The proxy verifies the certificates of AWS: an option says who signed those of this AWS. */
async function trustAws(kubeconfig: string, { kubectl, system, authority }: Trust): Promise<void> {
  const metadata = { name: 'aws-authority', namespace: system };
  await apply(kubeconfig, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'aws.crt': authority } }]);
  const container = {
    name: 'otterize-iamlive',
    env: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/aws/aws.crt' }],
    volumeMounts: [{ name: 'aws', mountPath: '/aws' }],
  };
  const volumes = [{ name: 'aws', configMap: { name: metadata.name } }];
  const change = { spec: { template: { spec: { containers: [container], volumes } } } };
  await kubectl('patch', '-n', system, 'deployment/otterize-iamlive', '-p', JSON.stringify(change));
}

/** Two workloads of the same program: one has opted in. */
async function clients(authority: string): Promise<readonly object[]> {
  const program = await readFile(join(import.meta.dirname, 'aws-client.mjs'), 'utf8');
  const client = (name: string, more: Readonly<Record<string, string>>): object => {
    const container = {
      name: 'client',
      image: `${repository}/${image}:${tag}`,
      imagePullPolicy: 'IfNotPresent',
      command: ['/usr/bin/node', '/config/client.mjs'],
      volumeMounts: [{ name: 'config', mountPath: '/config' }],
    };
    const spec = {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 2,
      containers: [container],
      volumes: [{ name: 'config', configMap: { name: 'config' } }],
    };
    const template = { metadata: { labels: { app: name, ...more } }, spec };
    const metadata = { name, namespace };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: { app: name } }, template },
    };
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'config', namespace },
      data: { 'client.mjs': program, 'aws.crt': authority },
    },
    client('orders', { [label]: 'true' }),
    client('unlabelled', {}),
  ];
}

await endToEnd({ about: 'AWS visibility', run });
