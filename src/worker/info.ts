/** What is known of a model, without the functions of its family. */
import { invalidArgument } from '../errors.js';
import { FAMILIES } from '../model/families/families.js';
import type { ModelInfo } from '../model/info.js';
import type { SentInfo } from './protocol.js';

/** Plain data; the family goes by its id. */
export function sentInfo(info: ModelInfo): SentInfo {
  const { architecture } = info;
  return { ...info, architecture: { ...architecture, family: architecture.family.id } };
}

/**
 * The facts again.
 * @throws FastSAMError `INVALID_ARGUMENT` for a family of another version of the package.
 */
export function receivedInfo(sent: SentInfo): ModelInfo {
  const { architecture } = sent;
  const family = FAMILIES.find(({ id }) => id === architecture.family);
  if (family) return { ...sent, architecture: { ...architecture, family } };
  throw invalidArgument(
    `worker: got a network ${architecture.family}, expected one of ${FAMILIES.map(({ id }) => id).join(', ')}; ` +
      'build page and worker from the same version of the package',
  );
}
