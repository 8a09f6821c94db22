/** The panel at the side: objects, export, settings. */
import * as app from '../state/app.js';
import { ExportTab } from './ExportTab.js';
import { Icon, type IconName } from './Icon.js';
import { ObjectsTab } from './ObjectsTab.js';
import { SettingsTab } from './SettingsTab.js';

const TABS: readonly { readonly id: app.PanelTab; readonly label: string; readonly icon: IconName }[] = [
  { id: 'objects', label: 'Objects', icon: 'list' },
  { id: 'export', label: 'Export', icon: 'save' },
  { id: 'settings', label: 'Settings', icon: 'gear' },
];

export function Panel() {
  if (!app.panelOpen.value) return null;
  const chosen = app.tab.value;
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = TABS[(TABS.findIndex(({ id }) => id === chosen) + step + TABS.length) % TABS.length];
    app.tab.value = next.id;
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <aside class="panel" aria-label="Panel">
      <div class="tabs" role="tablist" aria-label="Panel" onKeyDown={onKeyDown}>
        {TABS.map(({ id, label, icon }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={chosen === id}
            aria-controls="tab-content"
            tabIndex={chosen === id ? 0 : -1}
            onClick={() => (app.tab.value = id)}
          >
            <Icon name={icon} size={17} />
            {label}
          </button>
        ))}
      </div>
      <div class="tab-content" id="tab-content" role="tabpanel" aria-labelledby={`tab-${chosen}`} tabIndex={-1}>
        {chosen === 'objects' && <ObjectsTab />}
        {chosen === 'export' && <ExportTab />}
        {chosen === 'settings' && <SettingsTab />}
      </div>
    </aside>
  );
}
