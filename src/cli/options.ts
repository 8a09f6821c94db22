/** Options that several commands have. */
import { Option } from 'commander';
import { PRECISION_CHOICES } from '../runtime/compile/precision.js';
import { DEVICE_CHOICES } from '../runtime/device.js';

/** `--device`. */
export function deviceOption(): Option {
  return new Option('--device <device>', 'where to run; `fastsam info` says what is present')
    .choices(DEVICE_CHOICES)
    .default('auto');
}

/** `--precision`. */
export function precisionOption(): Option {
  return new Option('--precision <format>', 'numbers of the network; auto: the fastest here')
    .choices(PRECISION_CHOICES)
    .default('fp32');
}
