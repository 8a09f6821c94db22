/** What is being done, what went wrong, and short words. */
import * as app from '../state/app.js';
import { cancelLoad, engine, load } from '../engine/engine.js';
import { again } from '../engine/open.js';
import { bytes } from '../engine/words.js';
import { device } from '../state/settings.js';
import { Button } from './Button.js';

export function Notices() {
  return (
    <div class="notices">
      <Failure />
      <Working />
      {app.notices.value.map(({ id, text, action, tone }) => (
        <div key={id} class={`notice ${tone}`}>
          <p>{text}</p>
          {action && (
            <button
              type="button"
              class="link"
              onClick={() => {
                app.dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
          <Button icon="close" label="Dismiss" onClick={() => app.dismiss(id)} />
        </div>
      ))}
      <p class="visually-hidden" role="status" aria-live="polite">
        {app.announcement.value}
      </p>
    </div>
  );
}

function Failure() {
  const failure = app.failure.value;
  if (!failure) return null;
  return (
    <div class="notice bad failure" role="alert">
      <div>
        <p class="what">{failure.what}</p>
        <p>{failure.todo}</p>
      </div>
      {failure.action && (
        <Button kind="primary" label={failure.action.label} onClick={failure.action.run}>
          <span>{failure.action.label}</span>
        </Button>
      )}
      <Button icon="close" label="Dismiss" onClick={() => (app.failure.value = undefined)} />
    </div>
  );
}

/** A load that somebody waits for, or work on the picture. */
function Working() {
  const state = engine.value;
  const work = app.work.value;
  if (work && state.kind === 'loading') return <Loading />;
  if (!work) return state.kind === 'loading' && state.source.weights !== 'demo' ? <Loading /> : null;
  return (
    <div class="notice work">
      <progress aria-label={work.text} value={work.share} />
      <p>
        {work.text}
        {work.detail && <span class="detail">{work.detail}</span>}
      </p>
      {work.cancel && (
        <button type="button" class="link" onClick={work.cancel}>
          Cancel
        </button>
      )}
    </div>
  );
}

function Loading() {
  const state = engine.value;
  if (state.kind !== 'loading') return null;
  const { loaded, total, rate, building } = state.progress;
  const share = building || loaded === undefined || total === undefined ? undefined : loaded / total;
  const details = [
    loaded !== undefined && !building && (total === undefined ? bytes(loaded) : `${bytes(loaded)} of ${bytes(total)}`),
    rate !== undefined && !building && `${bytes(rate)}/s`,
  ].filter((part) => part !== false);
  const retry = (): void => void load(state.source, device.value).then(again, () => undefined);
  const cancel = (): void => {
    cancelLoad();
    app.work.value = undefined;
    app.notify('Loading was stopped.', { action: { label: 'Load it again', run: retry } });
  };
  const text = building ? `Starting ${state.source.name}` : `Loading ${state.source.name}`;
  return (
    <div class="notice work">
      <progress aria-label={text} value={share} />
      <p>
        {text}
        {details.length > 0 && <span class="detail">{details.join(' · ')}</span>}
      </p>
      <button type="button" class="link" onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}
