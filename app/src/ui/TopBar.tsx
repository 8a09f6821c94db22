/** The bar at the top: opening, what is open, the engine, theme and help. */
import * as app from '../state/app.js';
import { deviceText, duration, plural } from '../engine/words.js';
import { theme } from '../state/settings.js';
import { chooseFiles } from '../open/choose.js';
import { elsewhere } from '../open/elsewhere.js';
import { pasteButton } from '../open/paste.js';
import { Button } from './Button.js';
import { Icon } from './Icon.js';

export function TopBar() {
  return (
    <header class="topbar">
      <div class="brand">
        <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" class="logo">
          <path d="M6 11V8a2 2 0 0 1 2-2h3M21 6h3a2 2 0 0 1 2 2v3M26 21v3a2 2 0 0 1-2 2h-3M11 26H8a2 2 0 0 1-2-2v-3" />
          <circle cx="16" cy="16" r="5.5" />
        </svg>
        <h1>FastSAM</h1>
      </div>
      <div class="openers">
        <Button icon="open" label="Open" kind="plain" onClick={chooseFiles}>
          <span>Open</span>
        </Button>
        <Button
          icon="paste"
          label="Open the picture in the clipboard"
          keys="Ctrl+V"
          onClick={() => void pasteButton()}
        />
        <Button icon="camera" label="Take a picture" onClick={() => (app.cameraOpen.value = true)} />
        {elsewhere.pictures && (
          <Button icon="link" label="Open an address" onClick={() => (app.addressOf.value = 'picture')} />
        )}
      </div>
      <p class="open-name" title={app.picture.value?.name}>
        {app.picture.value?.name}
      </p>
      <Status />
      <div class="ends">
        <Button
          icon={isDark() ? 'sun' : 'moon'}
          label={isDark() ? 'Light' : 'Dark'}
          onClick={() => (theme.value = isDark() ? 'light' : 'dark')}
        />
        <Button icon="help" label="Help and keys" keys="?" onClick={() => (app.helpOpen.value = true)} />
        <Button
          icon="panel"
          label="Panel"
          pressed={app.panelOpen.value}
          onClick={() => (app.panelOpen.value = !app.panelOpen.value)}
        />
      </div>
    </header>
  );
}

function isDark(): boolean {
  if (theme.value !== 'system') return theme.value === 'dark';
  return matchMedia('(prefers-color-scheme: dark)').matches;
}

/** How many objects, how long it took and where it ran. */
function Status() {
  const scene = app.interaction.value?.scene;
  const parts: string[] = [];
  if (scene) {
    parts.push(plural(app.objectCount.value, 'object'));
    const { preprocess, inference, postprocess } = scene.speed;
    if (!app.stored.value) parts.push(duration(preprocess + inference + postprocess), deviceText(scene.device));
  }
  const privacy = 'Your pictures stay on this device.';
  return (
    <p class="status">
      {parts.length > 0 && <span class="pill">{parts.join(' · ')}</span>}
      <span class="privacy" title={privacy}>
        <Icon name="lock" size={14} />
        <span>{privacy}</span>
      </span>
    </p>
  );
}
