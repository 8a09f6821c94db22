/** The implementations whose choices can be had. */
import { CASIA } from './casia.js';
import { OWN } from './own.js';
import type { Compat, Reference } from './reference.js';
import { ULTRALYTICS } from './ultralytics.js';

const PEERS: Readonly<Record<Compat, Reference>> = { ultralytics: ULTRALYTICS, casia: CASIA };

/** The names that the option `compat` takes. */
export const COMPAT_NAMES = Object.keys(PEERS) as readonly Compat[];

/** A peer's choices; this package's own without a name. */
export function referenceOf(compat: Compat | undefined): Reference {
  return compat === undefined ? OWN : PEERS[compat];
}
