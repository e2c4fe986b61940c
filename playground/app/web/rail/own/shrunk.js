// Photographs are made small before they are sent: fifty of them, as a telephone takes them, are more than is read at
// once.

const LARGE = 150_000; // bytes of a photograph from which on it is made small
const SIDE = 112; // of its shorter side, four times what is learned

/**
 * The bytes to send of a file; null where they are more than `most`. Only JPEGs are made small: nothing in them moves.
 * @param {File} file @param {number} most
 */
export async function shrunk(file, most) {
  if (file.type === 'image/jpeg' && file.size > LARGE) {
    const small = await smaller(file);
    if (small) return small;
  }
  return file.size > most ? null : new Uint8Array(await file.arrayBuffer());
}

/** Turned as it says; null where the browser cannot read it, so that the server says why. @param {File} file */
async function smaller(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  const scale = Math.min(1, SIDE / Math.min(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d');
  if (!pen) return null;
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(picture, 0, 0, width, height);
  picture.close();
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}
