// The camera: read by the browser where it can, else by our own reader (desk-qr.js), on the device in either case,
// so that it works without a link. Of a photo that neither can read the server is asked.

import { read } from "./desk-qr.js";

const FILM = 800;
const PHOTO = 1280;
const PAUSE = 150;
// Somebody waits for a photo: there is no next picture.
const PHOTO_PATIENCE = 2000;

// Some web views say that they can read codes and know no format.
async function browsersReader() {
  try {
    const formats = (await globalThis.BarcodeDetector?.getSupportedFormats()) ?? [];
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

function draw(canvas, source, width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

const jpeg = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));

export class Camera {
  // `ask(blob)` has a picture read by the server; `seen(text)` hears what a code says; `note(name)`
  // tells the person how it goes.
  constructor({ video, ask, seen, note }) {
    Object.assign(this, { video, ask, seen, note, canvas: document.createElement("canvas") });
  }

  get running() {
    return Boolean(this.stream);
  }

  async start() {
    if (!isSecureContext) return this.note("camera-insecure");
    if (!navigator.mediaDevices?.getUserMedia) return this.note("camera-none");
    this.note("camera-starting");
    try {
      const video = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (refused) {
      return this.note(refused.name === "NotAllowedError" ? "camera-denied" : "camera-none");
    }
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    await this.video.play().catch(() => {});
    this.detector ??= await browsersReader();
    this.note("camera-looking");
    this.look(this.stream);
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
    this.video.srcObject = null;
    this.video.hidden = true;
  }

  async look(stream) {
    while (this.stream === stream) {
      const begun = performance.now();
      const { videoWidth: width, videoHeight: height } = this.video;
      if (width && !document.hidden) {
        for (const text of await this.texts(this.video, width, height, FILM)) this.seen(text);
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(20, PAUSE - (performance.now() - begun))));
    }
  }

  async texts(source, width, height, side, patience) {
    if (this.detector) {
      try {
        return (await this.detector.detect(source)).map((code) => code.rawValue);
      } catch {
        // One that has to be fetched first, or is not there after all.
        this.detector = null;
      }
    }
    return read(draw(this.canvas, source, width, height, side), patience);
  }

  // A photo taken by the phone's own camera. False where it shows no code.
  async photo(file) {
    const picture = await createImageBitmap(file);
    const { width, height } = picture;
    if (this.detector === undefined) this.detector = await browsersReader();
    let texts = await this.texts(picture, width, height, PHOTO, PHOTO_PATIENCE);
    if (texts.length === 0) {
      draw(this.canvas, picture, width, height, PHOTO);
      texts = await this.ask(await jpeg(this.canvas));
    }
    for (const text of texts) this.seen(text);
    return texts.length > 0;
  }
}
