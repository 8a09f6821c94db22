/** The clip that is open: how far the selected object was followed, and what to save of it. */
import { useState } from 'preact/hooks';
import * as app from '../state/app.js';
import { clip, followed, frameCount, rate } from '../video/state.js';
import { Button } from './Button.js';
import { FollowedView } from './FollowedView.js';

const RATES = [5, 10, 15, 30] as const;

export function ClipBar() {
  const open = clip.value;
  if (!open) return null;
  const frames = followed.value;
  const busy = app.work.value !== undefined;
  const selected = app.items.value.length > 0;
  return (
    <section class="clip-bar" aria-label="Clip">
      <p>
        <strong>{open.duration.toFixed(1)} s</strong>
        {open.shortened && ' (the first two minutes)'}
        {!selected && ' · Select what to follow.'}
      </p>
      <label>
        <span class="visually-hidden">Frames a second</span>
        <select
          value={rate.value}
          disabled={busy}
          onChange={({ currentTarget }) => (rate.value = Number(currentTarget.value))}
        >
          {RATES.map((each) => (
            <option key={each} value={each}>
              {each} frames/s
            </option>
          ))}
        </select>
      </label>
      <Button kind="primary" icon="film" label="Follow" disabled={!selected || busy} onClick={() => void run('follow')}>
        <span>Follow {frameCount.value} frames</span>
      </Button>
      {frames.length > 0 && !busy && (
        <>
          <Button kind="plain" label="Save the video" onClick={() => void run('video')}>
            <span>Save video</span>
          </Button>
          <Button kind="plain" label="Save the masks" onClick={() => void run('masks')}>
            <span>Save masks</span>
          </Button>
        </>
      )}
      {frames.length > 0 && <Scrub />}
    </section>
  );
}

/** The code that reads and writes clips comes when it is needed. */
async function run(what: 'follow' | 'video' | 'masks'): Promise<void> {
  if (what === 'follow') await (await import('../video/follow.js')).follow();
  else if (what === 'video') await (await import('../video/save.js')).saveVideo();
  else await (await import('../video/save.js')).saveMasks();
}

function Scrub() {
  const [at, setAt] = useState(0);
  const frames = followed.value;
  const index = Math.min(at, frames.length - 1);
  return (
    <div class="scrub">
      <FollowedView frame={frames[app.work.value ? frames.length - 1 : index]} />
      <input
        type="range"
        aria-label="Frame"
        min={0}
        max={frames.length - 1}
        value={index}
        onInput={({ currentTarget }) => setAt(Number(currentTarget.value))}
      />
      <output>{frames[index].time.toFixed(2)} s</output>
    </div>
  );
}
