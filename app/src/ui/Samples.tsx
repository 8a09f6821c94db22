/** The strip of sample pictures, until somebody opens a picture of their own. */
import * as app from '../state/app.js';
import { chooseFiles } from '../open/choose.js';
import { SAMPLES, openSample } from '../open/samples.js';
import { Icon } from './Icon.js';

export function Samples() {
  const picture = app.picture.value;
  if (picture?.sample === false || app.items.value.length > 0) return null;
  return (
    <div class="samples">
      <button type="button" class="drop-here" onClick={() => chooseFiles()}>
        <Icon name="plus" size={18} />
        <span>Drop a photo anywhere</span>
      </button>
      <ul aria-label="Sample pictures">
        {SAMPLES.map((sample) => (
          <li key={sample.name}>
            <button
              type="button"
              aria-label={`Sample: ${sample.alt}`}
              aria-current={picture?.name === sample.name}
              onClick={() => void openSample(sample)}
            >
              <img src={sample.thumb} alt="" width="44" height="44" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
