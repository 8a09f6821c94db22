/** All studies of `fastsam study`, in the order of the help. */
import { anomalyStudy } from '../../studies/anomaly/study.js';
import { buildingsStudy } from '../../studies/buildings/study.js';
import { edgesStudy } from '../../studies/edges/study.js';
import { instancesStudy } from '../../studies/instances/study.js';
import { proposalsStudy } from '../../studies/proposals/study.js';
import { qualityStudy } from '../../studies/quality/study.js';
import { salientStudy } from '../../studies/salient/study.js';
import { textStudy } from '../../studies/text/study.js';
import type { Study } from '../../studies/study.js';

export const STUDIES: readonly Study[] = [
  proposalsStudy,
  edgesStudy,
  instancesStudy,
  qualityStudy,
  salientStudy,
  anomalyStudy,
  buildingsStudy,
  textStudy,
];
