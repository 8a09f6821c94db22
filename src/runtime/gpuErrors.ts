/**
 * Errors of WebGPU. It reports most of them to nobody in particular while tfjs goes on with zeros: a program that does not
 * compile, memory that is not there, a device that is gone. Here they are kept until somebody asks.
 */
import { FastSAMError } from '../errors.js';

let failure: string | undefined;
let lost: string | undefined;
let watched: GPUDevice | undefined;

/** Notes what goes wrong on a device from now on. */
export function watchGpu(device: GPUDevice): void {
  if (device === watched) return;
  unwatchGpu();
  [watched, failure, lost] = [device, undefined, undefined];
  device.addEventListener('uncapturederror', note);
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed' && device === watched) lost = message;
  });
}

/** Leaves errors of the device to others again. */
export function unwatchGpu(): void {
  watched?.removeEventListener('uncapturederror', note);
  watched = undefined;
}

function note(event: GPUUncapturedErrorEvent): void {
  event.preventDefault(); // browsers print it otherwise
  failure ??= event.error.message;
}

/**
 * To be called when results have been read back: were they computed at all?
 * @throws FastSAMError `DEVICE_FAILED` when something went wrong on the GPU since the last call, or when it is lost.
 */
export function throwIfGpuFailed(): void {
  const message = lost ?? failure;
  failure = undefined;
  if (message === undefined) return;
  const advice =
    lost === undefined ? 'use a smaller image or device wasm' : 'start the process again, or use device wasm';
  throw new FastSAMError('DEVICE_FAILED', `webgpu: got "${firstLine(message)}", expected no error; ${advice}`);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
