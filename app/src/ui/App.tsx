/** The page. */
import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { dragging, listenDrop } from '../open/drop.js';
import { listenPaste } from '../open/paste.js';
import { theme } from '../state/settings.js';
import * as app from '../state/app.js';
import { Address } from './Address.js';
import { Camera } from './Camera.js';
import { ClipBar } from './ClipBar.js';
import { Help } from './Help.js';
import { Icon } from './Icon.js';
import { listenKeys } from './keys.js';
import { NoObjects } from './NoObjects.js';
import { Notices } from './Notices.js';
import { Panel } from './Panel.js';
import { Samples } from './Samples.js';
import { SelectionBar } from './SelectionBar.js';
import { Stage } from './Stage.js';
import { Toolbar } from './Toolbar.js';
import { TopBar } from './TopBar.js';
import { ZoomBar } from './ZoomBar.js';

export function App() {
  useEffect(() => {
    const ends = [listenDrop(), listenPaste(), listenKeys()];
    return () => ends.forEach((end) => end());
  }, []);
  useSignalEffect(() => {
    const { documentElement } = document;
    if (theme.value === 'system') delete documentElement.dataset.theme;
    else documentElement.dataset.theme = theme.value;
  });
  return (
    <div class={`page ${app.panelOpen.value ? 'with-panel' : ''}`}>
      <TopBar />
      <main>
        <Toolbar />
        <div class="stage-frame">
          <Stage />
          <ClipBar />
          <div class="foot">
            <div class="middle">
              <Samples />
              <SelectionBar />
              <NoObjects />
            </div>
            <ZoomBar />
          </div>
          <Notices />
        </div>
        <Panel />
      </main>
      {dragging.value && (
        <div class="drop-veil" aria-hidden="true">
          <div>
            <Icon name="open" size={44} />
            <p>Drop a picture, a clip, or weights</p>
          </div>
        </div>
      )}
      <Help />
      <Camera />
      <Address />
    </div>
  );
}
