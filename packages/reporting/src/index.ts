// What was seen and not yet told
export { Book, type Batch, type BookOptions, type SightingKind } from './book.ts';

// Telling it
export { createChannel, createReporter, type AnyChannel, type Channel, type ReporterEvents } from './reporter.ts';
export type { Outcome } from './outcome.ts';
export { MapperLink, type Dialect, type MapperLinkOptions, type ReportRequest } from './mapper-link.ts';
export { postByHttp } from './post-by-http.ts';
export { createMapperProbe } from './mapper-probe.ts';
export { createStatusReporter } from './agent-status.ts';
