/* One call = one reply or Unreachable. A lost session or token is renewed here and the call repeated once;
   only when nobody is signed in any more does the caller see a 401. */

export class Unreachable extends Error {}

const TIMEOUT_MS = 15000;

function retryAfter(response, body) {
  const seconds = parseInt(response.headers.get("Retry-After"), 10);
  if (seconds >= 0) return seconds * 1000;
  return body && body.retry_after > 0 ? body.retry_after * 1000 : 0;
}

export class Api {
  constructor(session, token) {
    this.session = session;
    this.token = token;
  }

  async raw(method, url, body) {
    const options = {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: { Accept: "application/json" },
      keepalive: method !== "GET", // a save survives the page that sent it
    };
    if (body !== undefined) {
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
    }
    if (method !== "GET") options.headers["X-CSRFToken"] = this.token;
    const stop = window.AbortController ? new AbortController() : null;
    if (stop) options.signal = stop.signal;
    if (method !== "GET") this.stop = stop;
    const timer = setTimeout(() => stop && stop.abort(), TIMEOUT_MS);
    const sent = performance.now();
    try {
      const response = await fetch(url, options);
      const got = performance.now();
      const isJson = /json/.test(response.headers.get("Content-Type") || "");
      const data = isJson ? await response.json() : null;
      /* A 2xx that is not ours (a hotel's sign-in page, a redirect to a form) acknowledges nothing. */
      if (response.ok && !data) throw new Unreachable();
      return { status: response.status, body: data || {}, sent, got, wait: retryAfter(response, data) };
    } catch (failure) {
      throw new Unreachable();
    } finally {
      clearTimeout(timer);
    }
  }

  /* Give up waiting for the request under way; the server may still carry it out. */
  cancel() {
    if (this.stop) this.stop.abort();
  }

  async send(method, url, body) {
    const reply = await this.raw(method, url, body);
    if ([400, 401, 403].indexOf(reply.status) < 0) return reply;
    const session = await this.raw("GET", this.session);
    if (session.status !== 200) return session;
    this.token = session.body.csrf_token;
    if (!session.body.person) return { ...reply, status: 401 };
    return this.raw(method, url, body);
  }

  /* -> "in" | "code" (second factor wanted) | "wrong" | "busy" */
  async signIn(login, password, code) {
    const reply = code
      ? await this.raw("POST", this.session + "/second-factor", { code })
      : await this.raw("POST", this.session, { login, password });
    if (reply.body.csrf_token) this.token = reply.body.csrf_token;
    if (reply.status === 200 && reply.body.second_factor) return "code";
    if (reply.status === 200) return "in";
    return reply.status === 429 || reply.status >= 500 ? "busy" : "wrong";
  }
}
