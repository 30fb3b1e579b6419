import { createKubernetesApi, object, statuses } from '@network-mapper/testkit';
import { expect, test } from 'vitest';
import { connectKube, objectPath } from '../src/index.ts';

const resource = { group: 'example.org', version: 'v1', plural: 'policies', namespaced: true };
const policy = object({ apiVersion: 'example.org/v1', kind: 'Policy', name: 'a', namespace: 'shop' });
const path = `${objectPath(resource, { name: 'a', namespace: 'shop' })}/status`;

test('a merge patch changes the members it names; a refusal is an error that says what was asked', async () => {
  await using api = await createKubernetesApi();
  const connection = await connectKube({ kubeconfig: api.kubeconfig() });
  api.put({ ...policy, status: { kept: 1, changed: [1] } });

  await connection.mergePatch(path, { change: { status: { changed: [2] } } });
  expect(api.objects(policy)[0]).toMatchObject({ status: { kept: 1, changed: [2] } });

  const heal = api.refuse({ verb: 'patch-status', plural: 'policies' }, statuses.forbidden);
  const refused = connection.mergePatch(path, { change: {} });
  await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
  await expect(refused).rejects.toThrow(`PATCH ${api.url}${path}: `);
  heal();
  api.remove(policy);
  await expect(connection.mergePatch(path, { change: {} })).rejects.toMatchObject({ code: 'not-found' });
  connection.close();
});
