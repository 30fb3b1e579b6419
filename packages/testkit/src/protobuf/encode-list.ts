import { encodeMessage } from './encode-message.ts';
import { listMetadata } from './message-types.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

export const protobufContentType = 'application/vnd.kubernetes.protobuf';

export interface EncodableList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Objects that are encoded already. */
  readonly items: readonly Buffer[];
}

/** The API puts this before every message (k8s.io/apimachinery, serializer/protobuf). */
const magic = Buffer.from('k8s\0');

/**
 * A list in the API's envelope: `runtime.Unknown` with `typeMeta` = 1 and the list itself as `raw` = 2, `metadata` = 1
 * and `items` = 2 in it.
 */
export function* encodeList({ kind, apiVersion, metadata, items }: EncodableList): Generator<Buffer> {
  const head = written(writer => writer.bytes(1, encodeMessage(metadata, listMetadata)));
  const parts = [head, ...items.flatMap(item => [beginning(item.length), item])];
  const typeMeta = written(writer => {
    writer.text(1, apiVersion);
    writer.text(2, kind);
  });
  yield magic;
  yield written(writer => writer.bytes(1, typeMeta));
  yield beginning(parts.reduce((sum, part) => sum + part.length, 0));
  yield* parts;
  // `contentEncoding` and `contentType` say nothing.
  yield written(writer => {
    writer.text(3, '');
    writer.text(4, '');
  });
}

function beginning(length: number): Buffer {
  return written(writer => writer.begin({ number: 2, length }));
}

function written(write: (writer: ProtobufWriter) => void): Buffer {
  const writer = new ProtobufWriter();
  write(writer);
  return writer.finish();
}
