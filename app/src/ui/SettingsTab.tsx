/** The settings: the network's, the model, the device. */
import { useEffect, useState } from 'preact/hooks';
import { nearModels, PUBLISHED, type NearModel } from '../engine/nearModels.js';
import { engine, DEMO, load } from '../engine/engine.js';
import { again } from '../engine/open.js';
import { deviceText, duration } from '../engine/words.js';
import { chooseFiles } from '../open/choose.js';
import { elsewhere, openWeightsAt } from '../open/elsewhere.js';
import * as app from '../state/app.js';
import { SETTING_ROWS, type SettingRow, type Settings } from '../state/settingRows.js';
import { DEVICES, device, isChanged, settings, theme } from '../state/settings.js';
import { Button } from './Button.js';
import { Choices, Range, Switch } from './fields.js';
import { Storage } from './Storage.js';

export function SettingsTab() {
  return (
    <>
      <section>
        <div class="section-head">
          <h2>Finding objects</h2>
          {isChanged.value && (
            <button type="button" class="link" onClick={() => (settings.value = {})}>
              Back to the model’s own
            </button>
          )}
        </div>
        {SETTING_ROWS.map((row) => (
          <Row key={row.name} row={row} />
        ))}
      </section>
      <Model />
      <section>
        <h2>Looks</h2>
        <Choices
          name="theme"
          label="Theme"
          value={theme.value}
          options={[
            ['system', 'System'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ]}
          onChange={(value) => (theme.value = value)}
        />
      </section>
      <Storage />
    </>
  );
}

function set<K extends keyof Settings>(name: K, value: Settings[K]): void {
  settings.value = { ...settings.value, [name]: value };
}

/** What the model itself would take. */
function usual(): { readonly imgsz?: unknown; readonly conf?: number; readonly iou?: number } {
  return engine.value.kind === 'ready' ? engine.value.info.defaults : {};
}

function Row({ row }: { readonly row: SettingRow }) {
  const now = settings.value;
  if (row.kind === 'switch') {
    const { name, label, help } = row;
    return <Switch label={label} help={help} on={now[name] ?? row.usual} onChange={(on) => set(name, on)} />;
  }
  if (row.kind === 'choice') {
    const own = [usual().imgsz].flat().join(' × ');
    const options = row.choices.map((choice) => [String(choice), String(choice)] as const);
    return (
      <Choices
        name={row.name}
        label={row.label}
        help={row.help}
        value={String(now.imgsz ?? 'own')}
        options={[['own', own ? `Own (${own})` : 'Own'], ...options]}
        onChange={(value) => set('imgsz', value === 'own' ? undefined : Number(value))}
      />
    );
  }
  const { name, low, high, step, label, help } = row;
  const own = name === 'maxDet' ? row.usual : (usual()[name] ?? row.usual);
  return (
    <Range
      label={label}
      help={help}
      low={low}
      high={high}
      step={step}
      own={now[name] === undefined}
      value={now[name] ?? own}
      onChange={(value) => set(name, value)}
    />
  );
}

function Model() {
  const state = engine.value;
  const speed = app.interaction.value?.scene.speed;
  const choose = (value: (typeof DEVICES)[number]): void => {
    device.value = value;
    void load(state.source, value).then(again, () => undefined);
  };
  return (
    <section>
      <h2>Model</h2>
      <p class="model-name">{state.source.name}</p>
      {state.kind === 'failed' && <p class="explain bad">It could not be loaded.</p>}
      <p class="help">
        Drop your own weights anywhere: <code>.pt</code>, <code>.safetensors</code> or <code>.onnx</code> of FastSAM or
        any YOLOv8-seg. They are read here; no Python. CLIP weights switch text prompts on.
      </p>
      <div class="buttons">
        <Button
          kind="plain"
          icon="open"
          label="Choose weights"
          onClick={() => chooseFiles('.pt,.pth,.safetensors,.onnx')}
        >
          <span>Choose weights</span>
        </Button>
        {elsewhere.weights ? <Elsewhere /> : <Near />}
        {state.source.weights !== 'demo' && (
          <Button
            kind="plain"
            label="Demo model"
            onClick={() => void load(DEMO, device.value).then(again, () => undefined)}
          >
            <span>Demo model</span>
          </Button>
        )}
      </div>
      <Choices
        name="device"
        label="Runs on"
        value={device.value}
        options={DEVICES.map((each) => [each, each === 'auto' ? 'Fastest' : deviceText(each)] as const)}
        onChange={choose}
      />
      {state.kind === 'ready' && (
        <dl class="facts">
          <Fact name="Device" value={deviceText(state.info.device)} />
          {state.info.deviceNote && <Fact name="Why" value={state.info.deviceNote} />}
          {speed && (
            <Fact
              name="Times"
              value={`read ${duration(speed.preprocess)}, find ${duration(speed.inference)}, outline ${duration(speed.postprocess)}`}
            />
          )}
          <Fact name="Network" value={[app.interaction.value?.scene.imgsz ?? '–'].flat().join(' × ')} />
          {app.picture.value && (
            <Fact name="Picture" value={`${app.picture.value.width} × ${app.picture.value.height}`} />
          )}
        </dl>
      )}
    </section>
  );
}

/** Models from other hosts. */
function Elsewhere() {
  return (
    <>
      {PUBLISHED.map((name) => (
        <Button key={name} kind="plain" label={name} onClick={() => void openWeightsAt(name)}>
          <span>{name}</span>
        </Button>
      ))}
      <Button kind="plain" icon="link" label="Weights by address" onClick={() => (app.addressOf.value = 'weights')}>
        <span>By address</span>
      </Button>
    </>
  );
}

/** Models that lie beside the app, if somebody has put them there. */
function Near() {
  const [near, setNear] = useState<readonly NearModel[]>([]);
  useEffect(() => void nearModels().then(setNear), []);
  return near.map(({ name, address }) => (
    <Button
      key={name}
      kind="plain"
      label={name}
      onClick={() => void load({ name, weights: address }, device.value).then(again, () => undefined)}
    >
      <span>{name}</span>
    </Button>
  ));
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
