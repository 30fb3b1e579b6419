import { mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectKube } from '../src/index.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});

afterEach(() => rm(folder, { recursive: true }));

interface Entry {
  readonly name: string;
  readonly server?: string;
  readonly cluster?: object;
  readonly user?: object;
}

/** A kubeconfig in which context, cluster and user have one name. */
function config({ name, server = `https://${name}:6443`, cluster = {}, user = {} }: Entry): object {
  return {
    'current-context': name,
    clusters: [{ name, cluster: { server, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

async function write(name: string, content: object | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : stringify(content));
  return path;
}

test('of several files the first that says something counts', async () => {
  const first = await write('first', { ...config({ name: 'a' }), 'current-context': '' });
  const second = await write('second', config({ name: 'b' }));
  const third = await write('third', config({ name: 'a', server: 'https://other' }));
  const kubeconfig = [first, second, third].join(':');
  expect((await connectKube({ kubeconfig })).server).toBe('https://b:6443');
  expect((await connectKube({ kubeconfig, context: 'a' })).server).toBe('https://a:6443');
});

test('KUBECONFIG comes before the home folder, the home folder before the pod', async () => {
  const KUBECONFIG = await write('config', config({ name: 'a' }));
  const pod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
  expect((await connectKube({ env: { KUBECONFIG, ...pod } })).server).toBe('https://a:6443');
  await expect(connectKube({ env: { HOME: folder, ...pod } })).rejects.toThrow('ServiceAccount token mounted');
  await expect(connectKube({ env: { HOME: folder } })).rejects.toThrow('No cluster is configured');
});

test('files that a kubeconfig names are found beside it', async () => {
  await write('ca.crt', 'authority');
  await write('token', 'secret\n');
  const kubeconfig = await write(
    'config',
    config({ name: 'a', cluster: { 'certificate-authority': 'ca.crt' }, user: { tokenFile: 'token' } }),
  );
  const { access } = await connectKube({ kubeconfig });
  expect(access.tls.ca?.toString()).toBe('authority');
  expect(access.tls.rejectUnauthorized).toBeUndefined();
  expect(await access.headers()).toEqual({ authorization: 'Bearer secret' });
});

test.each([
  { title: 'a token', user: { token: 'abc' }, headers: { authorization: 'Bearer abc' } },
  {
    title: 'a name and a password',
    user: { username: 'me', password: 'pw' },
    headers: { authorization: 'Basic bWU6cHc=' },
  },
  {
    title: 'somebody else',
    user: { token: 'abc', as: 'you' },
    headers: { authorization: 'Bearer abc', 'impersonate-user': 'you' },
  },
])('a user shows who he is as $title', async ({ user, headers }) => {
  const { access } = await connectKube({ kubeconfig: stringify(config({ name: 'a', user })) });
  expect(await access.headers()).toEqual(headers);
});

test('a plug-in program gives the token, and receives the address of the cluster', async () => {
  const plugin = await write(
    'plugin',
    `#!/bin/sh
[ -n "$KUBERNETES_EXEC_INFO" ] && printf '{"status":{"token":"from-%s"}}' "$1"
`,
  );
  await chmod(plugin, 0o700);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, args: ['plugin'] };
  const { access } = await connectKube({ kubeconfig: stringify(config({ name: 'a', user: { exec } })) });
  expect(await access.headers()).toEqual({ authorization: 'Bearer from-plugin' });
});

test.each([
  { title: 'a context that is not there', context: 'x', problem: 'no context "x" (it has: a)' },
  { title: 'a retired way to log in', user: { 'auth-provider': { name: 'gcp' } }, problem: 'dropped in 1.26' },
  { title: 'a program that fails', user: { exec: { command: 'false' } }, problem: 'could not be had' },
])('$title is said in one sentence', async ({ context, user, problem }) => {
  const kubeconfig = stringify(config({ name: 'a', ...(user && { user }) }));
  await expect(connectKube({ kubeconfig, context })).rejects.toThrow(problem);
});

test('a file that is no kubeconfig is named', async () => {
  const kubeconfig = await write('broken', '- just\n- a list\n');
  await expect(connectKube({ kubeconfig })).rejects.toThrow(kubeconfig);
  await expect(connectKube({ kubeconfig: join(folder, 'missing') })).rejects.toThrow('missing');
});

test('a client certificate that is none is said when connecting, not with the first request', async () => {
  const garbage = Buffer.from('garbage').toString('base64');
  const user = { 'client-certificate-data': garbage, 'client-key-data': garbage };
  const kubeconfig = await write('config', config({ name: 'a', user }));
  await expect(connectKube({ kubeconfig })).rejects.toThrow('The certificates for https://a:6443 cannot be read');
});
