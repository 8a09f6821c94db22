/** What a benchmark ran on. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { plural } from '../../options/showValue.js';

/** Instruction sets that decide which kernels run. */
const TELLING_FLAGS = ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16', 'amx_int8'];

/** One line: processor, cores, instruction sets, memory, system, Node. */
export function describeMachine(): string {
  const cores = os.availableParallelism();
  const flags = cpuFlags();
  const model = os.cpus().at(0)?.model.trim() ?? 'unknown processor';
  const parts = [
    `${model}, ${plural(cores, 'core')}`,
    ...(flags.length > 0 ? [flags.join(' ')] : []),
    `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB of memory`,
    `${os.platform()} ${os.arch()} ${os.release().split('-', 1)[0]}`,
    `Node ${process.version}`,
  ];
  return parts.join('; ');
}

/** Processes that want to run, averaged over the last minute; 0 on an idle machine. */
export function load(): number {
  return os.loadavg()[0];
}

function cpuFlags(): string[] {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(/\s+/) ?? [];
    return TELLING_FLAGS.filter((flag) => flags.includes(flag));
  } catch {
    return []; // not Linux
  }
}
