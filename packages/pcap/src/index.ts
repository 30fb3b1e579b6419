// Capturing
export { LiveCapture, type CapturedPacket, type CaptureStats, type LiveCaptureOptions } from './live-capture.ts';
export { loadLibpcap } from './libpcap.ts';

// Sockets
export { SockDiag, type ConnectedEnds, type FoundSocket, type SocketEnd } from './sock-diag.ts';

// What can go wrong
export { PcapError, type PcapErrorCode } from './pcap-error.ts';
