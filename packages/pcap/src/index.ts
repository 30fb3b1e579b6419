// Capturing
export { LiveCapture, type CapturedPacket, type CaptureStats, type LiveCaptureOptions } from './live-capture.ts';
export { loadLibpcap } from './libpcap.ts';

// What can go wrong
export { PcapError, type PcapErrorCode } from './pcap-error.ts';
