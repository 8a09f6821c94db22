/** The camera: a preview and a button. */
import { useEffect, useRef, useState } from 'preact/hooks';
import * as app from '../state/app.js';
import { openPicture } from '../engine/open.js';
import { Button } from './Button.js';
import { Dialog } from './Dialog.js';

export function Camera() {
  if (!app.cameraOpen.value) return null;
  return (
    <Dialog title="Take a picture" onClose={close}>
      <Preview />
    </Dialog>
  );
}

const close = (): void => {
  app.cameraOpen.value = false;
};

function Preview() {
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let gone = false;
    const end = (given: MediaStream | undefined): void => given?.getTracks().forEach((track) => track.stop());
    const ideal = { width: { ideal: 1920 }, height: { ideal: 1080 } };
    Promise.resolve()
      .then(() => navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', ...ideal } }))
      .then(
        (given) => {
          stream = given;
          if (gone || !video.current) end(given);
          else video.current.srcObject = given;
        },
        () => setFailed(true),
      );
    return () => {
      gone = true;
      end(stream);
    };
  }, []);
  const take = async (): Promise<void> => {
    const source = video.current;
    if (!source || source.videoWidth === 0) return;
    const canvas = new OffscreenCanvas(source.videoWidth, source.videoHeight);
    canvas.getContext('2d')?.drawImage(source, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/png' });
    close();
    await openPicture(blob, { name: 'camera.png' });
  };
  if (failed)
    return <p class="explain">There is no camera that this page may use. Allow it in the browser’s address bar.</p>;
  return (
    <div class="camera">
      <video ref={video} autoPlay muted playsInline aria-label="Camera" />
      <Button label="Take it" kind="primary" icon="camera" onClick={() => void take()}>
        <span>Take it</span>
      </Button>
    </div>
  );
}
