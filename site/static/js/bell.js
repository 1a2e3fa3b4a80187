// Keeps <a data-bell> true: how many notices the member has not seen. The socket tells it; a page that shows the
// conversation it is about says that it was seen. Without this script the bell is a link with a number.

const SHORTEST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

class Bell {
  constructor(link) {
    this.link = link;
    this.data = link.dataset;
    this.count = link.querySelector("[data-count]");
    this.news = document.querySelector("[data-bell-news]");
    this.version = Number(this.data.version);
    this.unseen = Number(this.data.unseen);
    this.attempts = 0;
    this.connect();
    addEventListener("pagehide", () => this.socket.close());
    addEventListener("pageshow", (event) => event.persisted && this.connect());
    document.addEventListener("visibilitychange", () => this.unseen && this.look());
  }

  connect() {
    clearTimeout(this.waiting);
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/notices/${this.data.bell}/`);
    socket.addEventListener("message", (message) => this.hear(JSON.parse(message.data)));
    socket.addEventListener("close", () => socket === this.socket && this.wait());
    this.socket = socket;
  }

  wait() {
    const longest = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** this.attempts++);
    this.waiting = setTimeout(() => this.connect(), longest * (0.5 + Math.random() / 2));
  }

  hear(event) {
    if (event.type === "ready") {
      this.attempts = 0;
      if (event.version !== this.version) this.ask();
    } else if (event.version > this.version) {
      this.version = event.version;
      if (event.unseen > this.unseen && this.isRead()) this.look();
      else this.show(event.unseen);
    }
  }

  // A conversation in view: what is new in it is being read.
  isRead() {
    const thread = document.querySelector("[data-thread][data-subject]");
    if (!thread || document.hidden) return false;
    const { top, bottom } = thread.getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  }

  async look() {
    if (!this.isRead()) return;
    const { subject } = document.querySelector("[data-thread]").dataset;
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ subject, csrfmiddlewaretoken: token });
    await this.take(fetch(this.data.see, { method: "POST", body }));
  }

  async ask() {
    await this.take(fetch(this.data.address));
  }

  async take(request) {
    try {
      const response = await request;
      if (!response.ok) return;
      const { unseen, version } = await response.json();
      this.version = version;
      this.show(unseen);
    } catch {
      // The socket comes back, and tells.
    }
  }

  show(unseen) {
    if (unseen > this.unseen) {
      this.news.textContent = unseen === 1 ? this.data.one : this.data.many.replace("{count}", unseen);
    }
    this.unseen = unseen;
    this.count.hidden = unseen === 0;
    this.count.firstChild.data = unseen;
  }
}

for (const link of document.querySelectorAll("[data-bell]")) new Bell(link);
