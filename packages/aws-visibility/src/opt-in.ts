/** Pods with this label have opted in; the value must be `true`. */
export const optInLabel = 'network-mapper.otterize.com/aws-visibility';

export function hasOptedIn(labels: Readonly<Record<string, string>> | undefined): boolean {
  return labels?.[optInLabel] === 'true';
}
