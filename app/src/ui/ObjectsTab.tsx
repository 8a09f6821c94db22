/** The list of all objects, and of what is selected. */
import { batch } from '@preact/signals';
import { useRef } from 'preact/hooks';
import * as app from '../state/app.js';
import { cssColour } from '../canvas/colours.js';
import { labels } from '../export/labels.js';
import { Button } from './Button.js';
import { TextPrompt } from './TextPrompt.js';

export function ObjectsTab() {
  const interaction = app.interaction.value;
  if (!interaction) return <p class="empty">Objects appear here when the picture has been looked at.</p>;
  return (
    <>
      <TextPrompt />
      <Selected />
      <All />
    </>
  );
}

function Selected() {
  const interaction = app.interaction.value;
  const items = app.items.value;
  if (!interaction || items.length === 0) return null;
  return (
    <section>
      <h2>Selected</h2>
      <ul class="rows">
        {items.map(({ id, mask, objects }) => (
          <li key={id} class={id === app.activeItem.value ? 'active' : ''}>
            <button
              type="button"
              class="row"
              onClick={() => interaction.activate(id)}
              aria-pressed={id === app.activeItem.value}
            >
              <span class="swatch chosen" />
              <span class="name">{labels.value.get(id) ?? named(objects)}</span>
              <span class="number">{share(mask.area)}</span>
            </button>
            <Button icon="close" label="Remove from the selection" onClick={() => interaction.remove(id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function named(objects: readonly number[]): string {
  const ids = app.interaction.value?.scene.ids;
  if (objects.length === 0 || !ids) return 'Drawn by hand';
  return `Object ${objects.map((index) => ids[index]).join(' + ')}`;
}

function share(area: number): string {
  const image = app.interaction.value?.scene.image;
  if (!image) return '';
  const percent = (100 * area) / (image.width * image.height);
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

function All() {
  const list = useRef<HTMLUListElement>(null);
  const interaction = app.interaction.value;
  const count = app.objectCount.value;
  if (!interaction) return null;
  const { scene } = interaction;
  const taken = new Set(app.items.value.flatMap(({ objects }) => objects));
  const hovered = app.hovered.value;
  if (count === 0) {
    return (
      <p class="empty">
        No objects were found. Lower the confidence or raise the detail in the settings, or draw one with the brush.
      </p>
    );
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    <section>
      <div class="section-head">
        <h2>All objects</h2>
        <button type="button" class="link" onClick={() => interaction.selectAll()}>
          Select all
        </button>
        <button type="button" class="link" onClick={() => interaction.invert()}>
          Invert
        </button>
      </div>
      <ul class="rows" ref={list} onKeyDown={onKeyDown} onPointerLeave={() => interaction.leave()}>
        {Array.from({ length: count }, (_, i) => (
          <li key={scene.ids[i]} class={hovered === i ? 'hovered' : ''}>
            <button
              type="button"
              class="row"
              aria-pressed={taken.has(i)}
              onPointerEnter={() => point(i)}
              onFocus={() => point(i)}
              onClick={({ shiftKey, altKey }) => interaction.choose(i, altKey ? 'minus' : shiftKey ? 'new' : undefined)}
            >
              <span class="swatch" style={{ background: cssColour(scene.ids[i]) }} />
              <span class="name">Object {scene.ids[i]}</span>
              <span class="number">{scene.scores[i].toFixed(2)}</span>
              <span class="number">{share(scene.imageMasks[i].area)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Lights an object up, as the pointer on the picture does: the controller walks there. */
function point(index: number): void {
  const interaction = app.interaction.peek();
  if (!interaction || interaction.state.hovered === index) return;
  batch(() => {
    if (interaction.state.hovered === undefined) interaction.walk(1);
    const steps = index - (interaction.state.hovered ?? index);
    for (let i = 0; i < Math.abs(steps); i++) interaction.walk(steps > 0 ? 1 : -1);
  });
}
