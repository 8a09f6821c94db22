/** What a device has to put back when its last model is gone. The code for it comes with the device. */

/** @param gone the backend was removed, and its memory with it. */
type Leave = (state: { readonly gone: boolean }) => void;

let leave: Leave | undefined;

/** Calls a function when the device is left the next time. */
export function whenDeviceIsLeft(call: Leave): void {
  leave = call;
}

/** The device is left. */
export function leaveDevice(state: { readonly gone: boolean }): void {
  const call = leave;
  leave = undefined;
  call?.(state);
}
