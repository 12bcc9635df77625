// The camera: read by the browser where it can, else picture by picture by the server.

const SIDE = 640;
const PAUSE = 400;

// Some web views say that they can read codes and know no format.
async function reader() {
  try {
    const formats = (await globalThis.BarcodeDetector?.getSupportedFormats()) ?? [];
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

function drawn(source, width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const jpeg = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));

export class Camera {
  // `ask(blob)` has a picture read by the server; `seen(text)` hears what a code says; `note(name)`
  // tells the person how it goes.
  constructor({ video, ask, seen, note, link }) {
    Object.assign(this, { video, ask, seen, note, link });
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
    this.detector ??= await reader();
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
      if (width && !document.hidden) await this.frame(width, height).catch(() => {});
      const pause = this.detector ? 120 : PAUSE;
      await new Promise((resolve) => setTimeout(resolve, Math.max(20, pause - (performance.now() - begun))));
    }
  }

  async frame(width, height) {
    if (this.detector) {
      this.note("camera-looking");
      for (const code of await this.detector.detect(this.video)) this.seen(code.rawValue);
      return;
    }
    if (!this.link()) return this.note("camera-offline");
    this.note("camera-looking");
    for (const text of await this.ask(await jpeg(drawn(this.video, width, height, SIDE)))) this.seen(text);
  }

  // A photo taken by the phone's own camera. False where it shows no code.
  async photo(file) {
    const picture = await createImageBitmap(file);
    const canvas = drawn(picture, picture.width, picture.height, 1280);
    this.detector ??= await reader();
    const texts = this.detector
      ? (await this.detector.detect(canvas)).map((code) => code.rawValue)
      : await this.ask(await jpeg(canvas));
    texts.forEach((text) => this.seen(text));
    return texts.length > 0;
  }
}
