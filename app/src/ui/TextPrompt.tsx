/** Objects by words, where the encoders of texts are there. */
import { useState } from 'preact/hooks';
import { textReady } from '../engine/engine.js';
import * as app from '../state/app.js';
import { messageOf } from '../state/failure.js';
import { Button } from './Button.js';

export function TextPrompt() {
  const [text, setText] = useState('');
  if (!textReady.value) return null;
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    void choose(text);
  };
  return (
    <form class="text-prompt" onSubmit={onSubmit}>
      <input
        type="text"
        placeholder="A word for what you mean"
        aria-label="A word for what you mean"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button icon="text" label="Find it" onClick={() => void choose(text)} />
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
