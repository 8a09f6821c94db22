/** Opening a clip: its first frame becomes the picture. */
import { openPicture } from '../engine/open.js';
import * as app from '../state/app.js';
import { messageOf } from '../state/failure.js';
import { Clip } from './clip.js';
import { clip, firstFrame, followed } from './state.js';

export async function openClip(file: File): Promise<void> {
  app.work.value = { text: `Opening ${file.name}` };
  try {
    const opened = await Clip.open(file);
    const first = await opened.first();
    app.work.value = undefined;
    await openPicture(first, {
      name: file.name,
      onShown: ({ number }) => {
        firstFrame.value = number;
        followed.value = [];
        clip.value = opened;
      },
    });
  } catch (error) {
    app.work.value = undefined;
    app.failure.value = {
      what: `“${file.name}” cannot be opened: ${messageOf(error)}.`,
      todo: 'Try MP4 with H.264, or WebM.',
    };
  }
}
