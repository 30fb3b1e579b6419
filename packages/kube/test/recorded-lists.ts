import { readJsonLines } from '@network-mapper/testkit';
import { selectionFor, metadataSelection, type FieldSelection } from '../src/decode/field-selection.ts';

/** One list as a real API server (1.34) gave it, in both encodings; of ReplicaSets the metadata alone. */
interface RecordedList {
  readonly resource: string;
  /** Base64. */
  readonly protobuf: string;
  readonly json: {
    readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
    readonly items: readonly Readonly<Record<string, unknown>>[];
  };
}

export const recordedLists = readJsonLines(new URL('fixtures/lists.jsonl', import.meta.url)) as readonly RecordedList[];

/** What is read of the objects of a recorded list. */
export function fieldsFor(plural: string): FieldSelection {
  const group = plural === 'endpointslices' ? 'discovery.k8s.io' : '';
  return selectionFor({ group, version: 'v1', plural }) ?? metadataSelection;
}
