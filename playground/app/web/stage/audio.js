// Sound in the browser: playing samples, the two tones of a key, and files or the microphone as 8,000 samples a second.
import { base64Of, bytesOf } from '../core/arrays.js';

/** @import { Recorded } from '../core/scene.d.ts' */

export const RATE = 8000;
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
/** @type {Record<string, [row: number, column: number]>} */
const PLACES = {
  1: [0, 0],
  2: [0, 1],
  3: [0, 2],
  4: [1, 0],
  5: [1, 1],
  6: [1, 2],
  7: [2, 0],
  8: [2, 1],
  9: [2, 2],
  0: [3, 1],
};
const TONE_S = 0.14;
const RAMP_S = 0.005;
const LOUDNESS = 0.2;

/** @type {AudioContext | null} */
let context = null;

function speaker() {
  context ??= new AudioContext();
  return context;
}

/**
 * Play a recording. `moved` is told the second at every frame, and null at the end.
 * @param {Recorded} sound @param {(second: number | null) => void} moved @returns {() => void} stops it
 */
export function play({ rate, samples }, moved) {
  const audio = speaker();
  const numbers = decode(samples);
  const buffer = audio.createBuffer(1, numbers.length, rate);
  const into = buffer.getChannelData(0);
  for (let i = 0; i < numbers.length; i++) into[i] = numbers[i] / 32768;
  const source = new AudioBufferSourceNode(audio, { buffer });
  source.connect(audio.destination);
  let frame = 0;
  let over = false;
  const stop = () => {
    if (over) return;
    over = true;
    cancelAnimationFrame(frame);
    try {
      source.stop();
    } catch {
      /* it had not begun */
    }
    moved(null);
  };
  const begin = () => {
    if (over) return;
    const start = audio.currentTime;
    const follow = () => {
      moved(Math.min(buffer.duration, audio.currentTime - start));
      frame = requestAnimationFrame(follow);
    };
    source.onended = stop;
    source.start();
    follow();
  };
  audio.resume().then(begin, stop);
  return stop;
}

/** The two tones of a key. @param {string} digit */
export function playKey(digit) {
  const audio = speaker();
  const [row, column] = PLACES[digit];
  const gain = audio.createGain();
  const now = audio.currentTime + 0.01;
  audio.resume();
  gain.connect(audio.destination);
  gain.gain.setValueAtTime(0, now);
  gain.gain.linearRampToValueAtTime(LOUDNESS, now + RAMP_S);
  gain.gain.setValueAtTime(LOUDNESS, now + TONE_S - RAMP_S);
  gain.gain.linearRampToValueAtTime(0, now + TONE_S);
  for (const frequency of [ROWS[row], COLUMNS[column]]) {
    const sine = new OscillatorNode(audio, { frequency });
    sine.connect(gain);
    sine.start(now);
    sine.stop(now + TONE_S);
  }
}

/**
 * A sound file, as the server reads it: one channel, 8,000 samples a second. Throws an Error whose message is for the
 * visitor.
 * @param {Blob} file @param {number} longest seconds @returns {Promise<Recorded>}
 */
export async function read(file, longest) {
  let decoded;
  try {
    decoded = await speaker().decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new Error('This file is no sound that the browser can read; WAV, MP3 and Ogg are. Save it as one of them.');
  }
  if (decoded.duration > longest)
    throw new Error(
      `The recording lasts ${said(decoded.duration)}; at most ${longest} seconds are read. ` +
        'Cut it to the part with the tones.',
    );
  const offline = new OfflineAudioContext(1, Math.max(1, Math.round(decoded.duration * RATE)), RATE);
  const source = new AudioBufferSourceNode(offline, { buffer: decoded });
  source.connect(offline.destination);
  source.start();
  const mixed = (await offline.startRendering()).getChannelData(0);
  return {
    rate: RATE,
    samples: encode(Int16Array.from(mixed, (v) => Math.max(-32768, Math.min(32767, Math.round(v * 32768))))),
  };
}

/**
 * Listen to the microphone until `stop` is called or `longest` seconds are over. Throws an Error whose message is for
 * the visitor.
 * @param {number} longest @returns {Promise<{done: Promise<Blob>, stop: () => void}>}
 */
export async function listen(longest) {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new Error(
      'This page cannot reach a microphone; browsers allow it on https or localhost only. Upload a sound file instead.',
    );
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch (error) {
    throw new Error(
      error instanceof Error && error.name === 'NotFoundError'
        ? 'There is no microphone here. Upload a sound file instead.'
        : 'The microphone was refused. Allow it for this page in the browser, or upload a sound file.',
    );
  }
  const recorder = new MediaRecorder(stream);
  /** @type {Blob[]} */
  const pieces = [];
  const stop = () => {
    if (recorder.state !== 'inactive') recorder.stop();
  };
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  /** @type {Promise<Blob>} */
  const done = new Promise((resolve) => {
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      resolve(new Blob(pieces, { type: recorder.mimeType }));
    };
  });
  recorder.start();
  setTimeout(stop, longest * 1000 - 200);
  return { done, stop };
}

/** @param {number} seconds */
const said = (seconds) => (seconds < 120 ? `${seconds.toFixed(1)} seconds` : `${(seconds / 60).toFixed(1)} minutes`);

/** @param {string} base64 */
const decode = (base64) => new Int16Array(bytesOf(base64).buffer);

/** @param {Int16Array<ArrayBuffer>} numbers */
const encode = (numbers) => base64Of(new Uint8Array(numbers.buffer));
