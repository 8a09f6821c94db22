/**
 * Work on the device that models hold, whatever backend the caller has chosen for work of his own meanwhile: it is switched
 * to, and back again before anything else can run.
 */
import { FastSAMError } from '../errors.js';
import type { Device } from './choices.js';
import { activate, activeBackend, engine, setFlags, type FlagValue } from './engine.js';

/** A device that runs. */
interface Held {
  readonly device: Device;
  /** tfjs' name of its backend. */
  readonly name: string;
  readonly backend: object;
}

let held: Held | undefined;

/**
 * Flags of tfjs while a device works for us. WebGL: sizes are numbers that shaders are given, not a part of them, so that one
 * shader serves layers and images of many sizes.
 */
const FLAGS: Partial<Record<Device, Readonly<Record<string, FlagValue>>>> = {
  webgl: { WEBGL_USE_SHAPES_UNIFORMS: true },
};

/** Notes the active backend as the device's. */
export function holdBackend(device: Device): void {
  const { backendName, backendInstance } = activeBackend();
  if (backendName && backendInstance) held = { device, name: backendName, backend: backendInstance };
}

/** Ends that. @returns the backend. */
export function letGo(): object | undefined {
  const backend = held?.backend;
  held = undefined;
  return backend;
}

/** Whether somebody has removed the backend that loaded models run on. */
export function isGone(): boolean {
  return held !== undefined && engine().registry[held.name] !== held.backend;
}

/**
 * Does work on the device. Only what happens before the function returns is on it: of asynchronous work, the part before its
 * first wait. Without a device that is held, the active backend works.
 * @throws FastSAMError `DEVICE_FAILED` when the backend is gone, and what the work throws.
 */
export function onDevice<T>(work: () => T): T {
  if (!held) return work();
  if (isGone()) {
    throw new FastSAMError(
      'DEVICE_FAILED',
      `${held.device}: got a backend that was removed from TensorFlow.js, expected it to stay while models run on it; ` +
        'dispose the models and load them again',
    );
  }
  const before = activeBackend();
  const flags = setFlags(FLAGS[held.device] ?? {});
  activate({ backendName: held.name, backendInstance: held.backend, pendingBackendInit: null });
  try {
    return work();
  } finally {
    activate(before);
    setFlags(flags);
  }
}
