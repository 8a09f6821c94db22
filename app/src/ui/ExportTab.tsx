/** The export page: what, of which objects, and how. */
import * as app from '../state/app.js';
import { FORMATS, choice, type Background, type Choice, type Format } from '../export/choices.js';
import { copyCutout, copyRecord } from '../export/clipboard.js';
import { knownLabels, labels, setLabel } from '../export/labels.js';
import { saveLast } from '../export/save.js';
import { plural } from '../engine/words.js';
import { Button } from './Button.js';
import { Choices, Range } from './fields.js';

const change = (part: Partial<Choice>): void => {
  choice.value = { ...choice.value, ...part };
};

const GROUNDS: Readonly<Record<Background, string>> = {
  transparent: 'None',
  colour: 'Colour',
  blurred: 'Blurred picture',
};

export function ExportTab() {
  const now = choice.value;
  const format = FORMATS.find(({ id }) => id === now.format) ?? FORMATS[0];
  const selected = app.items.value.length;
  const all = app.objectCount.value;
  const count = now.scope === 'all' || selected === 0 ? all : selected;
  return (
    <>
      <section>
        <h2>What</h2>
        <Choices
          name="scope"
          label="Of which objects"
          value={now.scope}
          options={[
            ['selection', `Selection (${selected})`],
            ['all', `All (${all})`],
          ]}
          onChange={(scope) => change({ scope })}
        />
        <div class="formats" role="radiogroup" aria-label="Format">
          {FORMATS.map(({ id, label, about }) => (
            <label key={id} class="format">
              <input type="radio" name="format" checked={id === now.format} onChange={() => change({ format: id })} />
              <span class="title">{label}</span>
              <span class="about">{about}</span>
            </label>
          ))}
        </div>
      </section>
      <How format={format} />
      <div class="export-actions">
        <Button kind="primary" icon="save" label="Save" disabled={count === 0} onClick={() => void saveLast()}>
          <span>Save {plural(count, 'object')}</span>
        </Button>
        <Button kind="plain" icon="copy" label="Copy the cut-out" onClick={() => void copyCutout()}>
          <span>Copy</span>
        </Button>
        <Button kind="plain" label="Copy as JSON" onClick={() => void copyRecord()}>
          <span>JSON</span>
        </Button>
      </div>
    </>
  );
}

function How({ format }: { readonly format: Format }) {
  const now = choice.value;
  if (!format.cut && !format.outline && !format.classes) return null;
  return (
    <section>
      <h2>How</h2>
      {format.cut && (
        <>
          <Range
            label="Soft edge"
            unit="px"
            low={0}
            high={5}
            step={1}
            value={now.feather}
            onChange={(feather) => change({ feather })}
          />
          <Range
            label="Room around"
            unit="px"
            low={0}
            high={64}
            step={1}
            value={now.padding}
            onChange={(padding) => change({ padding })}
          />
          <Choices
            name="background"
            label="Background"
            value={now.background}
            options={Object.entries(GROUNDS) as [Background, string][]}
            onChange={(background) => change({ background })}
          />
          {now.background === 'colour' && (
            <label class="field">
              <span>Colour</span>
              <input
                type="color"
                value={now.colour}
                onInput={({ currentTarget }) => change({ colour: currentTarget.value })}
              />
            </label>
          )}
        </>
      )}
      {format.outline && (
        <Range
          label="Polygon detail"
          unit="px"
          help="How far outlines may leave the mask. 0 is exact."
          low={0}
          high={10}
          step={0.25}
          value={now.tolerance}
          onChange={(tolerance) => change({ tolerance })}
        />
      )}
      {format.classes && <Classes />}
    </section>
  );
}

function Classes() {
  const items = app.items.value;
  return (
    <>
      <datalist id="known-labels">
        {knownLabels().map((label) => (
          <option key={label} value={label} />
        ))}
      </datalist>
      <label class="field">
        <span>Class</span>
        <input
          type="text"
          list="known-labels"
          value={choice.value.label}
          onInput={({ currentTarget }) => change({ label: currentTarget.value })}
        />
      </label>
      {choice.value.scope === 'selection' &&
        items.length > 1 &&
        items.map(({ id }, i) => (
          <label key={id} class="field">
            <span>Class of {i + 1}</span>
            <input
              type="text"
              list="known-labels"
              placeholder={choice.value.label}
              value={labels.value.get(id) ?? ''}
              onInput={({ currentTarget }) => setLabel(id, currentTarget.value)}
            />
          </label>
        ))}
    </>
  );
}
