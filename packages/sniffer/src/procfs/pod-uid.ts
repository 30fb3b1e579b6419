/**
 * The directory or slice that the kubelet makes for each pod, whatever the container runtime puts below:
 *
 * - `pod<UID>` with the cgroupfs driver, `…-pod<UID>.slice` with underscores in the UID with the systemd driver
 *   (pkg/kubelet/cm/cgroup_manager_linux.go of Kubernetes), below a kubelet's own group as well (kind, k3s);
 * - `…-pod<UID>.slice:cri-containerd:<container>` where the kubelet has the systemd driver and containerd the cgroupfs
 *   driver.
 *
 * Pods from files have a hash of their file as UID, without dashes.
 */
const podDirectory =
  /(?<=^|[/:-])pod([0-9a-f]{8}([-_]?)[0-9a-f]{4}\2[0-9a-f]{4}\2[0-9a-f]{4}\2[0-9a-f]{12})(?:\.slice)?(?=[/:\s]|$)/g;

/**
 * UIDs of the pods that a process runs in, outermost first, from a line of its `/proc/<pid>/cgroup` or a path of
 * control groups.
 */
function podUidsIn(path: string): readonly string[] {
  return [...path.matchAll(podDirectory)].flatMap(match => match[1]?.replaceAll('_', '-') ?? []);
}

/** How many pods a process runs in: more than one where a node is itself a pod of another cluster (kind in a pod). */
export function podDepthOf(cgroups: string): number {
  return Math.max(0, ...cgroups.split('\n').map(line => podUidsIn(line).length));
}

/**
 * The UID of the pod that a process runs in, from its `/proc/<pid>/cgroup`; undefined for a process of the node.
 * @param depth How many pods deep the pods of this node's kubelet are: 1 unless the node is itself a pod.
 */
export function podUidOf(cgroups: string, depth = 1): string | undefined {
  for (const line of cgroups.split('\n')) {
    const uids = podUidsIn(line);
    if (uids.length > 0) return uids[Math.min(depth, uids.length) - 1];
  }
  return undefined;
}
