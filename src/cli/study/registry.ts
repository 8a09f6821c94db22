/** All studies of `fastsam study`, in the order of the help. */
import { anomalyStudy } from '../../evaluate/anomaly/study.js';
import { buildingsStudy } from '../../evaluate/buildings/study.js';
import { edgesStudy } from '../../evaluate/edges/study.js';
import { instancesStudy } from '../../evaluate/instances/study.js';
import { proposalsStudy } from '../../evaluate/proposalStudy.js';
import { qualityStudy } from '../../evaluate/quality/study.js';
import { salientStudy } from '../../evaluate/salient/study.js';
import { textStudy } from '../../evaluate/text/study.js';
import type { Study } from '../../evaluate/study/study.js';

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
