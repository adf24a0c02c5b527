// Crossgate client: gets this page's sessions at other applications when a call answers 401.
// What it exposes is described in client.d.ts beside it, what it may and may not do in docs/client-script.md.
(() => {
  'use strict';
  const NAME = 'crossgate';
  if (globalThis[NAME] || location.origin === 'null') return;

  const FRAME_MS = 10000, CLICK_MS = 300000, POLL_MS = 1000, REST_MS = 30000;
  const base = location.origin + '/cdn-cgi/access/';
  const plain = globalThis.fetch.bind(globalThis);
  const running = new Map(), opened = new Map();
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const origin = (url) => new URL(url, location.href).origin;

  // Never through the page's own caches, and never following anybody anywhere.
  const ask = (url, init) =>
    plain(url, { cache: 'no-store', redirect: 'error', ...init }).catch(() => null);
  const read = (response) => response.json().catch(() => null);

  // The problem that a 401 of a gateway names, or null.
  const problemOf = async (response) => {
    if (!/^application\/problem\+json\b/i.test(response.headers.get('content-type') || '')) return null;
    const problem = await read(response.clone());
    return problem && typeof problem.login_url === 'string' ? problem : null;
  };

  // Whether the session is there now. What cannot be known counts as yes: the call will tell.
  const signedIn = async (url) => {
    const response = await ask(url, { credentials: 'include' });
    const status = response && response.ok && (await read(response));
    return !!status && (status.signed_in === null || (status.signed_in && status.allowed));
  };

  // The page's own host says whether the URL belongs to an application that lists this page. Nobody else is believed.
  const byTicket = async (url) => {
    const given = await ask(base + 'ticket', { method: 'POST', body: url, credentials: 'same-origin' });
    const told = given && (await read(given));
    if (!told) return { done: false };
    if (given.ok) {
      const taken = await ask(told.exchange, { method: 'POST', body: told.ticket, credentials: 'include' });
      if (taken && taken.ok && (await signedIn(told.status))) return { done: true };
      return { ways: told.ways };
    }
    return given.status === 401 ? { ways: told.ways } : { done: false };
  };

  const byFrame = (url) =>
    new Promise((resolve) => {
      const nonce = crypto.randomUUID();
      const frame = document.createElement('iframe');
      const end = (outcome) => {
        clearTimeout(timer);
        removeEventListener('message', hear);
        frame.remove();
        resolve(outcome === 'signed-in');
      };
      const hear = (event) => {
        const { data } = event;
        if (event.source !== frame.contentWindow || event.origin !== origin(url)) return;
        if (data && data[NAME] === nonce) end(data.outcome);
      };
      const timer = setTimeout(end, FRAME_MS);
      addEventListener('message', hear);
      frame.hidden = true;
      frame.src = url + '&nonce=' + nonce;
      (document.body || document.documentElement).append(frame);
    });

  // A window needs a click, and a click needs a button, which only the page can show.
  const byPopup = (ways, url, clicked) =>
    new Promise((resolve) => {
      let turn = 0;
      const timer = setTimeout(() => end(false), CLICK_MS);
      const end = (outcome) => {
        turn = -1;
        clearTimeout(timer);
        resolve(outcome);
      };
      const open = async () => {
        if (turn < 0) return false;
        const mine = ++turn;
        globalThis.open(ways.popup, '_blank', 'popup,width=480,height=640');
        // The window may be cut off from this page: it is asked for by its effect.
        while (turn === mine) {
          if (await signedIn(ways.status)) {
            end(true);
            return true;
          }
          await wait(POLL_MS);
        }
        return false;
      };
      if (clicked) return open();
      const detail = { url, open, dismiss: () => end(false) };
      const unheard = api.dispatchEvent(new CustomEvent('signin', { cancelable: true, detail }));
      if (unheard) end(false);
    });

  const onlyOwn = (ways) =>
    ways && Object.values(ways).every((url) => String(url).startsWith(base)) ? ways : null;

  const recover = async (url, ownWays, clicked) => {
    const own = origin(url) === location.origin;
    // Its own answers may name its own host only; the ticket's are the gateway's.
    const { done, ways } = own ? { ways: onlyOwn(ownWays) } : await byTicket(url);
    if (!ways) return !!done;
    // A session that a frame or a window began on the page's own host is good for a ticket.
    const then = async (where) =>
      own || origin(where) !== location.origin || !!(await byTicket(url)).done;
    if (typeof document === 'undefined') return false;
    if (ways.frame && (await byFrame(ways.frame)) && (await then(ways.frame))) return true;
    return !!ways.popup && (await byPopup(ways, url, clicked)) && then(ways.popup);
  };

  // One attempt for all calls that fail together, and a rest after one that did not help.
  const attempt = (key, url, ownWays) => {
    if (!running.has(key)) {
      const trying = recover(url, ownWays).catch(() => false);
      running.set(key, trying);
      trying.then((done) => {
        if (done) opened.set(key, performance.now());
        if (done) running.delete(key);
        else rest(key);
      });
    }
    return running.get(key);
  };
  const rest = (key) => {
    running.set(key, Promise.resolve(false));
    setTimeout(() => running.delete(key), REST_MS);
  };

  const aborted = (signal) =>
    new Promise((_, reject) => {
      if (!signal) return;
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });

  // What to send a second time; null where the body can be read only once.
  const copyOf = (input, init) => {
    const stream = typeof ReadableStream === 'function' && init && init.body instanceof ReadableStream;
    if (stream) return null;
    return input instanceof Request && !(init && init.body) ? input.clone() : input;
  };

  const fetch = async (input, init) => {
    const request = input instanceof Request ? input : null;
    const mode = (init && init.credentials) || (request ? request.credentials : 'same-origin');
    const copy = copyOf(input, init);
    const began = performance.now();
    const response = await plain(input, init);
    if (response.status !== 401) return response;
    const asked = new URL(request ? request.url : input, pageBase()).href;
    const url = new URL(origin(asked) === origin(response.url || asked) ? asked : response.url);
    const takes = mode === 'include' || (mode === 'same-origin' && url.origin === location.origin);
    const problem = takes && (await problemOf(response));
    if (!problem) return response;
    const key = url.origin + ' ' + problem.login_url;
    const late = opened.get(key) > began;
    const signal = (init && init.signal) || (request && request.signal);
    const trying = late || attempt(key, url.origin + url.pathname, problem.ways);
    if (!(await Promise.race([trying, aborted(signal)])) || copy === null) return response;
    const again = await plain(copy, init);
    if (again.status === 401 && !running.has(key)) rest(key);
    return again;
  };

  const pageBase = () => (typeof document === 'undefined' ? location.href : document.baseURI);

  const api = Object.assign(new EventTarget(), {
    fetch,
    signIn: (url) => {
      const { origin, pathname } = new URL(url, pageBase());
      const query = '?path=' + encodeURIComponent(pathname);
      const ownWays = { popup: base + 'popup' + query, status: base + 'status' + query };
      return recover(origin + pathname, ownWays, true).catch(() => false);
    },
  });
  Object.defineProperty(globalThis, NAME, { value: api });
  globalThis.fetch = fetch;
})();
