// Following a run: an EventSource that resumes where it was, tries again by itself, and says goodbye when it is left.

import { ROOT } from '../core/root.js';

/** @import { RunEvent } from '../core/run.d.ts' */

/** @typedef {{since: number, retryAt: number}} Lost times of `performance.now`, which no change of the clock moves */

const WAIT_S = [1, 2, 4, 8, 15];
const GONE = [403, 404, 410];
const SILENCE_MS = 25_000; // the server says something every ten seconds
// What this page calls itself while it follows: the server waits for it if its connection breaks without a goodbye.
const NAME = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');

/**
 * @param {string} url relative to the page's root
 * @param {object} listener
 * @param {(events: RunEvent[], anew: boolean) => boolean} listener.onEvents gets all events since the last frame at
 *   once, and answers whether the run is over; `anew` where a server that was started anew tells it from the beginning
 * @param {(lost: Lost | null) => void} listener.onConnection
 * @param {() => void} listener.onGone
 * @param {boolean} [listener.stays] also while the tab is hidden, since a run that nobody follows stops
 */
export function follow(url, { onEvents, onConnection, onGone, stays = false }) {
  const away = () => document.hidden && !stays;
  const path = url.replace(/^\/+/, '');
  /** @type {EventSource | null} */
  let source = null;
  let last = '';
  /** @type {RunEvent[]} */
  let waiting = [];
  let anew = false;
  let frame = 0;
  let timer = 0;
  let attempt = 0;
  let since = 0;
  let heard = 0;
  let ended = false;
  let closed = false;

  function open() {
    clearTimeout(timer);
    if (closed || ended || source || away()) return;
    const address = new URL(path, ROOT);
    address.searchParams.set('name', NAME);
    if (last) address.searchParams.set('after', last);
    source = new EventSource(address);
    heard = performance.now();
    source.onopen = restored;
    source.addEventListener('beat', () => {
      heard = performance.now();
    });
    source.onmessage = receive;
    source.onerror = lost;
  }

  function restored() {
    attempt = 0;
    if (since) onConnection(null);
    since = 0;
  }

  /** @param {MessageEvent<string>} message */
  function receive(message) {
    heard = performance.now();
    if (last && message.lastEventId.split('-')[0] !== last.split('-')[0]) {
      anew = true;
      waiting = [];
    }
    last = message.lastEventId || last;
    try {
      waiting.push(JSON.parse(message.data));
    } catch {
      return;
    }
    // The server ends the stream after the last event; without closing first that would look like a lost connection.
    if (['done', 'failed'].includes(waiting[waiting.length - 1].type)) {
      ended = true;
      source?.close();
      source = null;
    }
    if (!frame) frame = requestAnimationFrame(flush);
  }

  function flush() {
    frame = 0;
    const events = waiting;
    waiting = [];
    const again = anew;
    anew = false;
    if (!closed && events.length && onEvents(events, again)) close();
  }

  function lost() {
    source?.close();
    source = null;
    if (closed || away()) return;
    checkGone(); // a server that has started anew does not know the run
    since ||= performance.now();
    const wait = WAIT_S[Math.min(attempt++, WAIT_S.length - 1)] * 1000;
    onConnection({ since, retryAt: performance.now() + wait });
    clearTimeout(timer);
    timer = setTimeout(open, wait);
  }

  /** An EventSource does not tell a run that is no longer kept from a network that is down. */
  async function checkGone() {
    try {
      const { status } = await fetch(new URL(path, ROOT), { method: 'HEAD' });
      if (GONE.includes(status)) {
        close();
        onGone();
      }
    } catch {
      /* no network: the next attempt will tell */
    }
  }

  /** A network that swallows everything does not end a connection. */
  function listen() {
    if (source && performance.now() - heard > SILENCE_MS) lost();
  }

  function rest() {
    if (!away()) {
      attempt = 0;
      open();
      return;
    }
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function close() {
    if (!closed && !ended) {
      const address = new URL(path.replace(/events(\?.*)?$/, 'goodbye'), ROOT);
      address.searchParams.set('name', NAME);
      navigator.sendBeacon?.(address);
    }
    closed = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    source?.close();
    source = null;
    document.removeEventListener('visibilitychange', rest);
    clearInterval(listening);
    window.removeEventListener('online', retry);
    window.removeEventListener('offline', cut);
  }

  function retry() {
    attempt = 0;
    open();
  }

  function cut() {
    if (!ended) lost();
  }

  const listening = setInterval(listen, SILENCE_MS / 10);
  document.addEventListener('visibilitychange', rest);
  window.addEventListener('online', retry);
  window.addEventListener('offline', cut);
  open();
  return { close, retry };
}
