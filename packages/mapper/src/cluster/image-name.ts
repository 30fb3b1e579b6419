/**
 * The name of a job made of its containers' images: sidecars left out, each image without what stands before its first
 * `/` and without tag or digest, joined by `-`. Undefined when no container is left.
 */
export function imageName(
  containers: readonly { readonly name: string; readonly image?: string }[],
): string | undefined {
  const names = containers
    .filter(({ name }) => name !== 'istio-proxy' && !name.includes('sidecar'))
    .map(({ image }) => withoutTag((image ?? '').replace(/^[^/]*\//, '')))
    .filter(name => name !== '');
  return names.length === 0 ? undefined : names.join('-');
}

/** `name[:tag][@digest]` (github.com/distribution/reference). */
function withoutTag(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
}
