import { installMoto, startMoto } from '../../packages/aws-visibility/test/aws/moto.ts';
import { startAwsEndpoint } from '../../packages/aws-visibility/test/aws/world.ts';
import type { Kubectl } from './kubectl.ts';

/** The machine of the cluster's control plane, as pods of the kit see it. */
const hostAddress = '172.30.0.1';
const motoPort = 14_566;

/** AWS as far as the cluster can see. */
export interface AwsOfTheTest extends AsyncDisposable {
  /** PEM of who signs its certificates. */
  readonly authority: string;
}

/** moto behind TLS on this machine, to which the cluster's DNS leads all names below amazonaws.com; or why not. */
export async function startAws(kubectl: Kubectl): Promise<AwsOfTheTest | { readonly missing: string }> {
  const installed = await installMoto();
  if ('missing' in installed) return installed;
  const zone = await zoneOf(kubectl);
  if (zone === '') return { missing: 'the cluster’s CoreDNS has no outside.zone in which AWS’s names could be put' };
  await using stack = new AsyncDisposableStack();
  const moto = stack.use(await startMoto(installed.python, motoPort));
  const endpoint = stack.use(await startAwsEndpoint(moto.port, { host: hostAddress, port: 443 }));
  stack.defer(() => setZone(kubectl, zone));
  await setZone(kubectl, `${zone}*.amazonaws.com. 5 IN A ${hostAddress}\n`);
  const kept = stack.move();
  return { authority: endpoint.authority, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const configMap = ['-n', 'kube-system', 'configmap', 'coredns'] as const;

async function zoneOf(kubectl: Kubectl): Promise<string> {
  return kubectl('get', ...configMap, '-o', 'jsonpath={.data.outside\\.zone}');
}

/** Takes effect when it resolves. */
async function setZone(kubectl: Kubectl, zone: string): Promise<void> {
  await kubectl('patch', ...configMap, '--type=merge', '-p', JSON.stringify({ data: { 'outside.zone': zone } }));
  await kubectl('rollout', 'restart', '-n', 'kube-system', 'deployment/coredns');
  await kubectl('rollout', 'status', '-n', 'kube-system', 'deployment/coredns', '--timeout=120s');
}
