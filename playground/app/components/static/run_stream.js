// Following a run: an EventSource that resumes where it was, rests while the tab is hidden and tries again by itself.

/** Where the page is mounted, with its final slash; right under any mount path, since this file comes from there. */
export const ROOT = new URL('../../', import.meta.url);

const WAIT_S = [1, 2, 4, 8, 15];
const GONE = [403, 404, 410];

/**
 * @param {string} url relative to the page's root
 * @param {{onEvents: (events: any[]) => boolean, onConnection: (lost: {since: number, retryAt: number} | null) => void, onGone: () => void}} listener
 *   `onEvents` gets all events since the last frame at once, and answers whether the run is over
 * @returns {{close: () => void, retry: () => void}}
 */
export function follow(url, { onEvents, onConnection, onGone }) {
  let opened = false, source = null, last = null, waiting = [], frame = 0, timer = 0, attempt = 0, since = 0, ended = false, closed = false;

  function open() {
    clearTimeout(timer);
    if (closed || ended || source || document.hidden) return;
    const address = new URL(url.replace(/^\/+/, ''), ROOT);
    if (last !== null) address.searchParams.set('after', last);
    source = new EventSource(address);
    source.onopen = restored;
    source.onmessage = receive;
    source.onerror = lost;
  }

  function restored() {
    attempt = 0;
    opened = true;
    if (since) onConnection(null);
    since = 0;
  }

  function receive(message) {
    last = message.lastEventId || last;
    try { waiting.push(JSON.parse(message.data)); } catch { return; }
    // The server ends the stream after the last event; without closing first that would look like a lost connection.
    if (['done', 'failed'].includes(waiting.at(-1).type)) { ended = true; source.close(); source = null; }
    if (!frame) frame = requestAnimationFrame(flush);
  }

  function flush() {
    frame = 0;
    const events = waiting;
    waiting = [];
    if (!closed && events.length && onEvents(events)) close();
  }

  function lost() {
    source?.close();
    source = null;
    if (closed || document.hidden) return;
    if (!opened) checkGone();
    since ||= Date.now();
    const wait = WAIT_S[Math.min(attempt++, WAIT_S.length - 1)] * 1000;
    onConnection({ since, retryAt: Date.now() + wait });
    timer = setTimeout(open, wait);
  }

  /** An EventSource does not tell a run that is no longer kept from a network that is down. */
  async function checkGone() {
    const asked = new AbortController();
    try {
      const { status } = await fetch(new URL(url.replace(/^\/+/, ''), ROOT), { signal: asked.signal });
      if (GONE.includes(status)) { close(); onGone(); }
    } catch { /* no network: the next attempt will tell */ }
    asked.abort();
  }

  function rest() {
    if (!document.hidden) { attempt = 0; open(); return; }
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function close() {
    closed = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    source?.close();
    source = null;
    document.removeEventListener('visibilitychange', rest);
  }

  document.addEventListener('visibilitychange', rest);
  open();
  return { close, retry: () => { attempt = 0; open(); } };
}
