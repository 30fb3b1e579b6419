import { expect, test } from 'vitest';
import { podDepthOf, podUidOf } from './pod-uid.ts';

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
  [
    'containerd’s cgroupfs driver below a kubelet with the systemd driver',
    `11:pids:/system.slice/containerd.service/kubepods-burstable-pod${underscored}.slice:cri-containerd:${container}\n`,
    uid,
  ],
  ['the same, cgroup v2', `0::/kubepods-besteffort-pod${underscored}.slice:cri-containerd:${container}\n`, uid],
  [
    'the same, from another cgroup namespace',
    `0::/../../system.slice/containerd.service/kubepods-pod${underscored}.slice:cri-containerd:${container}\n`,
    uid,
  ],
  [
    'the same, a pod from a file',
    `2:cpu:/system.slice/containerd.service/kubepods-burstable-pod${staticPod}.slice:cri-containerd:${container}\n`,
    staticPod,
  ],
  ['CRI-O, cgroupfs driver', `0::/kubepods/burstable/pod${uid}/crio-${container}\n`, uid],
  [
    'CRI-O’s monitor',
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${underscored}.slice/crio-conmon-${container}.scope\n`,
    uid,
  ],
  [
    'CRI-O, a container with a group of its own below',
    `0::/kubepods.slice/kubepods-pod${underscored}.slice/crio-${container}.scope/container\n`,
    uid,
  ],
  ['cri-dockerd, cgroupfs driver', `4:memory:/kubepods/besteffort/pod${uid}/${container}\n`, uid],
  [
    'cri-dockerd, systemd driver',
    `0::/kubepods.slice/kubepods-pod${underscored}.slice/docker-${container}.scope\n`,
    uid,
  ],
  ['kind with cgroup v1', `9:cpu:/docker/${container}/kubelet/kubepods/burstable/pod${uid}/${container}\n`, uid],
  ['k3s', `0::/k3s/kubepods/burstable/pod${uid}/${container}\n`, uid],
  [
    'minikube in Docker',
    `0::/system.slice/docker-${container}.scope/kubepods.slice/kubepods-pod${underscored}.slice/docker-${container}.scope\n`,
    uid,
  ],
  ['Kata Containers', `0::/kubepods/burstable/pod${uid}/kata_${container}\n`, uid],
  ['a group that was deleted', `0::/kubepods/pod${uid} (deleted)\n`, uid],
  [
    'hybrid hierarchies',
    `1:name=systemd:/init.scope\n4:pids:/kubepods/pod${uid}/${container}\n0::/system.slice\n`,
    uid,
  ],
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

test('where the node is itself a pod, its own pods count for it, and the outer one for the cluster outside', () => {
  const inner = '11111111-cc37-4e38-946b-ee3baa452643';
  const cgroups = `0::/kubepods/pod${uid}/${container}/kubelet/kubepods/burstable/pod${inner}/${container}\n`;
  expect(podUidOf(cgroups, podDepthOf(`0::/kubepods/pod${uid}/${container}\n`))).toBe(uid);
  expect(podUidOf(cgroups, podDepthOf(cgroups))).toBe(inner);
  expect(podDepthOf('0::/init.scope\n')).toBe(0);
});
