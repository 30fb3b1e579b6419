import { expect, test } from 'vitest';
import { missingForNamespaces, runInNamespaces } from './aws/in-namespaces.ts';
import { installMoto } from './aws/moto.ts';
import type { KillOutput } from './aws/run-kill.ts';

const installed = await installMoto();
const missing = 'missing' in installed ? installed.missing : missingForNamespaces();
if (missing !== undefined) console.warn(`skipped: no proxy is killed: ${missing}`);

/** Milliseconds after which nobody is led to a proxy that is gone: the kubelet's second, and a DNS answer's life. */
const longestGap = 6_000;

test.skipIf(missing !== undefined)(
  'when the proxy is killed amid a thousand requests, clients that try again lose none, and all go on to AWS itself',
  async () => {
    const python = 'python' in installed ? installed.python : '';
    const { killed, reported, once, patient, withoutDns } = (await runInNamespaces('run-kill.ts', {
      python,
    })) as KillOutput;
    // It was the proxy that they went through.
    expect(reported).toBeGreaterThan(0);
    expect(once.length).toBe(400);
    const failed = once.filter(({ problem }) => problem !== undefined);
    const gap = Math.max(...failed.map(({ begun }) => begun - killed));
    console.log(
      `without trying again ${failed.length} of 400 requests failed, the last one begun ${gap} ms after the kill`,
    );
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.filter(({ ended }) => ended < killed - 1_000)).toEqual([]);
    expect(gap).toBeLessThan(longestGap);
    expect(once.filter(({ begun }) => begun > killed + longestGap).length).toBeGreaterThan(0);

    expect(patient.length).toBe(1_000);
    expect(patient.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(patient.filter(({ begun }) => begun > killed).length).toBeGreaterThan(100);

    // The second name server of a pod is the cluster's own.
    expect(withoutDns.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(withoutDns.length).toBe(2);
  },
);
