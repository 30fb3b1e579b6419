import { patchPod, type PatchOptions, type Pod } from './patch-pod.ts';

/** An AdmissionReview of admission.k8s.io/v1 as it is answered, and the status of HTTP. */
export interface AdmissionAnswer {
  readonly status: number;
  readonly body: object;
}

interface AdmissionRequest {
  readonly uid: string;
  readonly namespace?: string;
  readonly operation?: string;
  readonly object?: Pod;
}

/**
 * Answers a review of a pod that is to be made. It changes nothing but the pod, so a dry run is answered alike. Nothing
 * is ever denied: what cannot be understood is let through with a warning.
 */
export function review(text: string, options: Omit<PatchOptions, 'namespace'>): AdmissionAnswer {
  const request = readRequest(text);
  if (request === undefined)
    return { status: 400, body: { message: 'the body is no AdmissionReview of admission.k8s.io/v1' } };
  const { uid, namespace = '', object = {} } = request;
  const patch = patchPod(object, { ...options, namespace });
  const patched =
    patch.kind === 'patch' && patch.operations.length > 0
      ? { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch.operations)).toString('base64') }
      : {};
  const warnings = patch.kind === 'none' && patch.warning !== undefined ? { warnings: [patch.warning] } : {};
  const response = { uid, allowed: true, ...patched, ...warnings };
  return { status: 200, body: { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response } };
}

function readRequest(text: string): AdmissionRequest | undefined {
  let review: { readonly apiVersion?: unknown; readonly kind?: unknown; readonly request?: unknown } | null;
  try {
    review = JSON.parse(text) as typeof review;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (review?.apiVersion !== 'admission.k8s.io/v1' || review.kind !== 'AdmissionReview') return undefined;
  const { request } = review;
  const isRequest =
    typeof request === 'object' && request !== null && 'uid' in request && typeof request.uid === 'string';
  return isRequest ? (request as AdmissionRequest) : undefined;
}
