// What an agent is made of
export { createAgent, type Agent, type AgentOptions } from './agent/create-agent.ts';
export { agentOptions, type AgentConfig } from './agent/agent-options.ts';
export { type AgentIntake, type Source, type SourceCounts } from './agent/source.ts';
export type { ReportTotals } from './agent/report-totals.ts';
