// Asking the server, and knowing whether it is there.

// The server said no: an answer, not a lost link.
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.code);
    this.status = status;
    this.code = problem.code;
  }
}

// No answer, none in time, or none of ours (a hotel's sign-in page).
export class LinkLost extends Error {}

export class Link {
  constructor(slug) {
    this.below = `/api/v1/events/${slug}/check-ins`;
    // How far this device's clock is behind the server's, in milliseconds; kept over reloads.
    this.offset = 0;
  }

  now() {
    return new Date(Date.now() + this.offset).toISOString();
  }

  async ask(path, { body, wait = 2000, headers = {}, method = body ? "POST" : "GET" } = {}) {
    const asked = { method, headers: { Accept: "application/json", ...headers }, redirect: "manual", cache: "no-store" };
    if (body instanceof Blob) asked.body = body;
    else if (body) {
      asked.body = JSON.stringify(body);
      asked.headers["Content-Type"] = "application/json";
    }
    let answer;
    let words;
    try {
      answer = await fetch(this.below + path, { ...asked, signal: AbortSignal.timeout(wait) });
      words = await answer.arrayBuffer();
    } catch (lost) {
      throw new LinkLost(String(lost));
    }
    const kind = answer.headers.get("content-type") ?? "";
    if (answer.status === 304) return { status: 304, json: async () => null };
    if (answer.status >= 500 || answer.status === 429 || !/^application\/(problem\+)?json/.test(kind)) {
      throw new LinkLost(String(answer.status));
    }
    const told = JSON.parse(new TextDecoder().decode(words));
    if (!answer.ok) throw new Refusal(answer.status, told);
    return { status: answer.status, json: async () => told };
  }

  // What the server's clock said while it answered. A good clock is left alone.
  hear(theirs, begun) {
    const offset = Date.parse(theirs) - (begun + Date.now()) / 2;
    this.offset = Math.abs(offset) > 5000 ? Math.round(offset) : 0;
  }
}
