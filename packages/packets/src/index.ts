// Frames, of a file or an interface
export { readCapture, readCaptureFile, type CaptureStream } from './capture/capture-file.ts';
export type { FileEnd } from './capture/file-packet.ts';
export type { Frame, FrameConsumer } from './capture/frame.ts';

// What frames are
export {
  addressBytes,
  addressPairKey,
  formatAddress,
  isLoopback,
  isUnspecified,
  packIpv4,
  packIpv6,
  type PackedAddress,
} from './decode/address.ts';
export { decodePacket, type Packet } from './decode/packet.ts';
export type { TcpPacket } from './decode/tcp.ts';
export { isUndecodable, undecodable, type Undecodable } from './decode/undecodable.ts';

// What packets say
export type { PacketCollector, RecordSighting } from './collect/collector.ts';
export { createCollectors, type Collectors } from './collect/create-collectors.ts';
export type { PacketPath } from './collect/packet-path.ts';
export { sentSynFilter, synFilters } from './collect/syn-filter.ts';
export { skipReasons, type SkipReason } from './skip-reason.ts';
