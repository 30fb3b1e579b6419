import type { Signal } from './watched-process.ts';

/**
 * Somewhere a stream can be connected to or listened at: a TCP port, or a path of a Unix socket, which reaches across
 * network namespaces.
 */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** A pod's network as the node sees it. */
interface PodNetwork {
  readonly podName: string;
  readonly podIp: string;
}

export interface ServiceRule {
  readonly clusterIp: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly podIp: string;
  readonly podPort: number;
}

export interface Network {
  readonly nodeIp: string;
  readonly pods: readonly PodNetwork[];
  readonly services: readonly ServiceRule[];
}

/** What the process outside asks the node for. */
export type Command =
  | { readonly kind: 'lay-network'; readonly network: Network }
  /**
   * Starts a process in a pod's network, or in the node's where no pod is named. `command[0]` is an absolute path or
   * found in PATH.
   */
  | {
      readonly kind: 'start';
      readonly process: number;
      readonly podName: string | undefined;
      readonly command: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'signal';
      readonly process: number;
      readonly signal: Signal;
    }
  /** Hands streams that arrive at `from` on to `to`. */
  | { readonly kind: 'forward'; readonly from: Address; readonly to: Address };

export interface NumberedCommand {
  readonly number: number;
  readonly command: Command;
}

/** What the node sends to the process outside. */
export type NodeEvent =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly number: number }
  | { readonly kind: 'failed'; readonly number: number; readonly message: string }
  | { readonly kind: 'line'; readonly process: number; readonly text: string }
  | { readonly kind: 'exited'; readonly process: number; readonly code: number | null };
