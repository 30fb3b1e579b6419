/**
 * The directory or slice that the kubelet makes for each pod: `pod<UID>` with the cgroupfs driver, `…-pod<UID>.slice` with
 * underscores in the UID with the systemd driver, whatever the container runtime puts below. Pods from files have
 * a hash of their file as UID, without dashes.
 */
const podDirectory =
  /(?:^|[/-])pod([0-9a-f]{8}([-_]?)[0-9a-f]{4}\2[0-9a-f]{4}\2[0-9a-f]{4}\2[0-9a-f]{12})(?:\.slice)?(?:[/\n]|$)/;

/** The UID of the pod that a process runs in, from its `/proc/<pid>/cgroup`; undefined for a process of the node. */
export function podUidOf(cgroups: string): string | undefined {
  return podDirectory.exec(cgroups)?.[1]?.replaceAll('_', '-');
}
