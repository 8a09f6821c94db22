/** What the CPU can do. */
import { platform } from '../../platform/platform.js';

/** Where Linux lists the CPU's instruction sets. */
const CPU_INFO = '/proc/cpuinfo';
/** Either multiplies bfloat16 in hardware. */
const BFLOAT16_FLAGS = ['avx512_bf16', 'amx_bf16'];

/** Whether the text of Linux' /proc/cpuinfo names an instruction set for bfloat16. */
export function namesBfloat16(cpuInfo: string): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(cpuInfo)?.[1].split(/\s+/) ?? [];
  return BFLOAT16_FLAGS.some((flag) => flags.includes(flag));
}

/**
 * Whether this CPU computes in bfloat16. Without it TensorFlow takes three times as long as in float32 or fails, so
 * anything that cannot be asked (macOS, Windows, browsers) counts as no.
 */
export async function cpuHasBfloat16(): Promise<boolean> {
  try {
    return namesBfloat16(new TextDecoder().decode(await platform().readFile(CPU_INFO)));
  } catch {
    return false;
  }
}
