import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { microservicesDemo } from '@network-mapper/sandbox';
import type { Generated } from './generated.ts';

/** docs/demo-map.svg: the map that `npm run demo` ends with, drawn from what its services call. */
export async function demoMap(): Promise<Generated> {
  const { workloads } = microservicesDemo;
  const edges = workloads.flatMap(({ name, calls }) =>
    calls.map(({ to, connection }) => `"${name}" -> "${to}" [style=${connection === 'kept' ? 'dashed' : 'solid'}]`),
  );
  const dot = `digraph {
    graph [rankdir=LR, bgcolor=white, pad=0.3, nodesep=0.18, ranksep=0.7]
    node [shape=box, style="rounded,filled", fillcolor="#eef4fb", color="#4a78a8", fontname="Helvetica,Arial,DejaVu Sans,sans-serif", fontsize=11, height=0.36, margin="0.22,0.05"]
    edge [color="#5c6b7a", arrowsize=0.7]
    ${workloads.map(({ name }) => `"${name}"`).join('\n')}
    ${edges.join('\n')}
  }`;
  return { path: 'docs/demo-map.svg', text: (await Graphviz.load()).dot(dot) };
}
