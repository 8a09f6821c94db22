/** How long the frames of an animated WebP last. */
import { ByteReader } from './byteReader.js';

/** Seconds of each frame; none for a still image. */
export function webpDurations(bytes: Uint8Array): number[] {
  const reader = new ByteReader(bytes);
  const durations: number[] = [];
  for (let at = 12; at + 8 <= bytes.length; at += 8 + reader.u32(at + 4) + (reader.u32(at + 4) % 2)) {
    if (reader.text(at, 4) !== 'ANMF') continue;
    durations.push((reader.u16(at + 20) + (reader.u8(at + 22) << 16)) / 1000);
  }
  return durations;
}
