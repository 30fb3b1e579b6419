// The contract
export { schemaText } from './schema.generated.ts';
export type * from './types.generated.ts';
export type { MutationArguments, ObjectTypes, QueryArguments } from './object-types.generated.ts';

// Speaking to the mapper
export {
  MapperClient,
  mapperHeader,
  type MapperAnswer,
  type MapperClientOptions,
  type MapperRequest,
  type Post,
  type PostReply,
  type PostRequest,
} from './mapper-client.ts';
export * as operations from './operations.generated.ts';
export type { Operation } from './operation.ts';

// Reports
export { entriesIn, fromWire, toWire, type ReceivedReports } from './wire.ts';
export type { FromWireOptions, Refused } from './wire/report-reader.ts';
export type { Dialect, ToWireOptions } from './wire/wire-options.ts';
export { limits, shortened, type Refusal } from './limits.ts';
