import { expect, test } from 'vitest';
import { podUidOf } from './pod-uid.ts';

const uid = '721b106f-cc37-4e38-946b-ee3baa452643';
const underscored = uid.replaceAll('-', '_');
const container = '3f2c6b0d9a7e4c1b8f5d2a6e9c3b7f1d4e8a2c6b0d9a7e4c1b8f5d2a6e9c3b7f';
const staticPod = '6d5f3a2b1c4e8f7a9b0c1d2e3f4a5b6c';

test.each([
  [
    'cgroup v2, systemd driver, containerd',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${underscored}.slice/cri-containerd-${container}.scope\n`,
    uid,
  ],
  [
    'cgroup v2, systemd driver, guaranteed pod',
    `0::/kubepods.slice/kubepods-pod${underscored}.slice/crio-${container}.scope\n`,
    uid,
  ],
  ['cgroup v2, cgroupfs driver', `0::/kubepods/besteffort/pod${uid}/${container}\n`, uid],
  [
    'cgroup v1, cgroupfs driver',
    `5:memory:/kubepods/burstable/pod${uid}/${container}\n1:cpu:/kubepods/burstable/pod${uid}/${container}\n0::/\n`,
    uid,
  ],
  [
    'cgroup v1, systemd driver, docker',
    `1:name=systemd:/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${underscored}.slice/docker-${container}.scope\n`,
    uid,
  ],
  [
    'a kubelet below another control group',
    `0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${underscored}.slice/cri-containerd-${container}.scope\n`,
    uid,
  ],
  [
    'as a container with its own cgroup namespace sees it',
    `0::/../../kubepods-besteffort-pod${underscored}.slice/cri-containerd-${container}.scope\n`,
    uid,
  ],
  ['the pod’s own group', `0::/kubepods/pod${uid}\n`, uid],
  ['a pod from a file', `0::/kubepods/burstable/pod${staticPod}/${container}\n`, staticPod],
])('the UID of a pod is found: %s', (_, cgroups, expected) => {
  expect(podUidOf(cgroups)).toBe(expected);
});

test.each([
  ['a service of the node', '0::/system.slice/containerd.service\n'],
  ['a container outside Kubernetes', `0::/docker/${container}\n`],
  ['a group that is named like a pod', '0::/user.slice/podman-1234.scope\n'],
  ['nothing', ''],
])('%s has no pod', (_, cgroups) => {
  expect(podUidOf(cgroups)).toBeUndefined();
});
