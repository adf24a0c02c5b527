/**
 * Types of `/cdn-cgi/access/client.js`, the client script of Crossgate.
 *
 * Load it from the page's own host, before anything that calls another application:
 *
 * ```html
 * <script src="/cdn-cgi/access/client.js"></script>
 * ```
 *
 * or `import '/cdn-cgi/access/client.js'` in a module. It replaces `fetch`, and adds one name, `crossgate`.
 */
declare global {
  const crossgate: Crossgate;
}

export interface Crossgate extends EventTarget {
  /**
   * As the global `fetch`, which it replaces. Where a call with credentials gets a gateway's 401, it gets a session and
   * makes the call once more. Calls that fail together share one attempt; one that did not help is not repeated for half a
   * minute. A call whose `init.body` is a `ReadableStream` is not repeated: it resolves with the 401, and the
   * session is there for the next one.
   */
  fetch: typeof fetch;

  /**
   * Gets a session for the application at this URL, without a call: before an `EventSource` or a `WebSocket`, which cannot
   * be repeated. Call it in the handler of a click, for it may open a window. Resolves with whether there is a session.
   */
  signIn(url: string | URL): Promise<boolean>;

  /**
   * Somebody has to sign in, and that takes a window, which takes a click. Call `preventDefault()`, show a button, and call
   * `open()` when it is pressed. Calls that wait go on when the session is there. Without a listener that calls
   * `preventDefault()` they resolve with their 401 at once; otherwise after `dismiss()` or five minutes.
   */
  addEventListener(
    type: 'signin',
    listener: ((event: SignInEvent) => void) | { handleEvent(event: SignInEvent): void } | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener(
    type: 'signin',
    listener: ((event: SignInEvent) => void) | { handleEvent(event: SignInEvent): void } | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

export interface SignInEvent extends CustomEvent<SignIn> {
  readonly type: 'signin';
}

export interface SignIn {
  /** What was called, without its query. */
  readonly url: string;
  /** Opens the window. May be called again, if it was closed. Resolves with whether there is a session. */
  open(): Promise<boolean>;
  /** Gives up: calls that wait resolve with their 401. */
  dismiss(): void;
}

export {};
