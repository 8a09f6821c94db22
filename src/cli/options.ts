/** Options that several commands have. */
import { Option } from 'commander';
import { DEVICE_CHOICES } from '../runtime/device.js';

/** `--device`. */
export function deviceOption(): Option {
  return new Option('--device <device>', 'where to run; `fastsam info` says what is present')
    .choices(DEVICE_CHOICES)
    .default('auto');
}
