// A small cluster on this machine
export { openSandbox, ports, type ProgramOptions, type Sandbox } from './sandbox.ts';
export { SandboxError } from './sandbox-error.ts';
export type { Signal, WatchedProcess } from './watched-process.ts';
export { graphOf, readMap, type CallGraph } from './map.ts';

// What runs in it
export { microservicesDemo, type Call, type Plan, type Workload } from './plan.ts';
