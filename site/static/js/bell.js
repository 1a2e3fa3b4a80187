// Keeps <a data-bell> up to date: how many notices the member has not seen. A page that shows what notices are about
// marks them as read: once it is visible, and when a new one arrives while its conversation is in view.
// Without this script the bell is a link with a number, and the list of notices marks as read what is opened from it.

import { subscribe } from "./socket.js";

class Bell {
  constructor(link) {
    this.link = link;
    this.data = link.dataset;
    this.count = link.querySelector("[data-count]");
    this.news = document.querySelector("[data-bell-news]");
    this.form = document.querySelector("form[data-mark-read]");
    this.version = Number(this.data.version);
    this.unseen = Number(this.data.unseen);
    subscribe(`bell:${this.data.bell}`, {
      version: () => this.version,
      receive: (event) => this.receive(event),
      catchUp: () => this.take(fetch(this.data.address)),
    });
    this.isUnread = this.form?.dataset.markRead === "unread";
    document.addEventListener("visibilitychange", () => this.look());
    this.look();
  }

  look() {
    if (!document.hidden && (this.isUnread || (this.unseen && this.isInView()))) this.markRead();
  }

  receive(event) {
    if (event.version <= this.version) return;
    this.version = event.version;
    if (event.unseen > this.unseen && this.isInView()) this.markRead();
    else this.show(event.unseen);
  }

  // A conversation in view: what is new in it is being read.
  isInView() {
    const thread = document.querySelector("[data-thread]");
    if (!this.form || !thread || document.hidden) return false;
    const { top, bottom } = thread.getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  }

  markRead() {
    this.isUnread = false;
    this.take(fetch(this.form.action, { method: "POST", body: new FormData(this.form), keepalive: true }));
  }

  async take(request) {
    try {
      const response = await request;
      if (!response.ok) return;
      const { unseen, version } = await response.json();
      this.version = version;
      this.show(unseen);
    } catch {
      // The next heartbeat tells.
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
