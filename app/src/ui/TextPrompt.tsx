/** Objects by words, where the encoders of texts are there. */
import { useRef } from 'preact/hooks';
import { textReady } from '../engine/engine.js';
import * as app from '../state/app.js';
import { messageOf } from '../state/failure.js';
import { Button } from './Button.js';

export function TextPrompt() {
  const field = useRef<HTMLInputElement>(null);
  if (!textReady.value) return null;
  const find = (): void => void choose(field.current?.value ?? '');
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    find();
  };
  return (
    <form class="text-prompt" onSubmit={onSubmit}>
      <input ref={field} type="text" placeholder="A word for what you mean" aria-label="A word for what you mean" />
      <Button icon="text" label="Find it" onClick={find} />
    </form>
  );
}

async function choose(text: string): Promise<void> {
  const interaction = app.interaction.value;
  if (!interaction || text.trim() === '') return;
  const controller = new AbortController();
  app.work.value = { text: `Looking for “${text}”`, cancel: () => controller.abort() };
  try {
    const answer = await interaction.scene.promptText(text, { signal: controller.signal });
    if (app.interaction.value !== interaction) return;
    const [id] = answer.ids;
    const index = interaction.scene.ids.indexOf(id);
    if (answer.length === 0 || index < 0) app.notify(`Nothing here looks like “${text}”.`);
    else interaction.choose(index, 'new');
  } catch (error) {
    if (!controller.signal.aborted) app.notify(`That did not work: ${messageOf(error)}`, { tone: 'bad' });
  } finally {
    app.work.value = undefined;
  }
}
