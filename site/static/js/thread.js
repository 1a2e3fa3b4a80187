// Keeps <section data-thread> up to date: posts arrive by socket, what a lost connection missed is fetched, and posting
// does not reload the page. Without this script the conversation works by forms and links.
//
// The server counts every change of a thread. The page knows the version it shows; an event that is not the next one
// means that something was missed, and then the changes after the page's version are fetched.

import { subscribe, unsubscribe } from "./socket.js";

const RETRY = 5_000;
const ANSWER_WITHIN = 10_000;
const WAIT_WITH_A_GAP = 300;

class Conversation {
  constructor(section) {
    this.section = section;
    this.id = section.dataset.thread;
    this.version = Number(section.dataset.version);
    this.tail = Number(section.dataset.tail);
    this.viewer = section.dataset.viewer;
    this.words = section.querySelector("[data-words]").dataset;
    this.letters = section.querySelector("[data-letters]");
    this.mould = section.querySelector("template[data-letter]").content;
    this.pill = section.querySelector("[data-pill]");
    this.pending = new Map();
    this.unseen = new Set();
    this.topic = `thread:${this.id}`;
    this.observer = new IntersectionObserver((entries) => this.look(entries));
    this.letters.addEventListener("click", (event) => this.putAway(event));
    this.letters.addEventListener("htmx:beforeSwap", (event) => this.makeRoom(event));
    this.letters.addEventListener("htmx:afterSwap", (event) => this.settle(event));
    for (const failure of ["htmx:sendError", "htmx:responseError"]) {
      this.letters.addEventListener(failure, (event) => this.leaveToBrowser(event));
    }
    localise(section, this.words);
    subscribe(this.topic, {
      version: () => this.version,
      receive: (event) => this.receive(event),
      catchUp: () => this.catchUp(),
      // Also tells whether the reader may still see the thread.
      beforeAttempt: () => this.catchUp(),
      state: (name) => this.showState(name),
    });
  }

  showState(name) {
    const line = this.section.querySelector("[data-state]");
    this.section.dataset.live = name;
    line.textContent = this.words[name];
    line.hidden = false;
    if (name === "live") this.composer?.reached();
  }

  // Versions

  receive(event) {
    if (event.version <= this.version) return;
    this.pending.set(event.version, event);
    this.drain();
  }

  drain() {
    for (const version of this.pending.keys()) if (version <= this.version) this.pending.delete(version);
    while (this.pending.has(this.version + 1)) {
      this.version += 1;
      this.apply(this.pending.get(this.version));
      this.pending.delete(this.version);
    }
    clearTimeout(this.gap);
    if (this.pending.size) this.gap = setTimeout(() => this.catchUp(), WAIT_WITH_A_GAP);
  }

  catchUp() {
    this.catching ??= this.fetchChanges().finally(() => { this.catching = null; });
    return this.catching;
  }

  async fetchChanges() {
    try {
      for (let more = true; more;) {
        const response = await fetch(`${this.section.dataset.changes}?after=${this.version}`, {
          signal: AbortSignal.timeout(ANSWER_WITHIN),
        });
        if ([403, 404].includes(response.status)) return this.end();
        if (!response.ok) throw new Error(response.status);
        const page = await response.json();
        page.changes.forEach((event) => this.apply(event));
        this.lock(page.locked);
        this.version = Math.max(this.version, page.version);
        more = page.more;
      }
      this.drain();
      this.composer?.reached();
    } catch {
      // While the socket is away, its next attempt catches up.
      clearTimeout(this.gap);
      if (this.section.dataset.live === "live") this.gap = setTimeout(() => this.catchUp(), RETRY);
    }
  }

  end() {
    unsubscribe(this.topic);
    this.showState("ended");
  }

  // A post's form stands in the post, whose text the style sheet hides meanwhile. Saved, htmx puts the post in its place.

  makeRoom({ detail }) {
    detail.target.querySelector("[data-in-place]")?.remove();
  }

  settle({ target }) {
    const letter = target.closest("article");
    const form = letter.querySelector("[data-in-place]");
    if (!form) localise(letter, this.words);
    const next = form ? form.querySelector("textarea, h4") : letter.querySelector("[data-deed=edit]");
    (next ?? letter.querySelector(".post-when a")).focus();
  }

  putAway(event) {
    const form = event.target.closest("[data-cancel]")?.closest("[data-in-place]");
    if (!form) return;
    event.preventDefault();
    const letter = form.closest("article");
    form.remove();
    letter.querySelector(`[data-deed=${form.dataset.inPlace}]`).focus();
  }

  // Refused, gone or not answered: the page of its own says why. What was written there is kept by its form.
  leaveToBrowser({ detail }) {
    const form = detail.elt.closest("form");
    if (form) form.submit();
    else location.assign(detail.elt.href);
  }

  // What is shown

  apply(event) {
    if (event.type === "thread_locked" || event.type === "thread_unlocked") {
      this.lock(event.type === "thread_locked");
      return;
    }
    let letter = document.getElementById(`post-${event.number}`);
    if (letter?.dataset.version === String(event.version)) return;
    const isNew = !letter && event.number >= this.tail;
    if (!letter && !isNew) return;
    if (isNew) letter = this.place(this.mint(event.number));
    letter.dataset.version = event.version;
    if (event.type === "post_removed") this.erase(letter, isNew);
    else this.fill(letter, event);
    if (isNew && event.html && String(event.author_id) !== this.viewer) this.announce(letter, event);
  }

  mint(number) {
    const letter = this.mould.querySelector("article").cloneNode(true);
    letter.dataset.number = number;
    for (const element of [letter, ...letter.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) {
        if (/post-0\b|\/posts\/0\//.test(value)) {
          element.setAttribute(name, value.replace("post-0", `post-${number}`).replace("/posts/0/", `/posts/${number}/`));
        }
      }
    }
    for (const element of letter.querySelectorAll(".unseen")) {
      element.textContent = element.textContent.replace("0", number);
    }
    return letter;
  }

  place(letter) {
    const number = Number(letter.dataset.number);
    const next = [...this.letters.querySelectorAll("article")].find((other) => Number(other.dataset.number) > number);
    this.letters.insertBefore(letter, next ?? null);
    this.section.querySelector("[data-nothing]")?.remove();
    globalThis.htmx?.process(letter);
    this.count(number);
    return letter;
  }

  count(number) {
    const heading = document.getElementById("thread-head");
    if (!heading.querySelector(".count")) heading.append(" ", create("span", "count", 0));
    const count = heading.querySelector(".count");
    count.textContent = Math.max(number, Number(count.textContent));
  }

  fill(letter, event) {
    const author = letter.querySelector(".post-author");
    author.textContent = this.nameOf(event);
    if (event.organisation) author.append(" ", create("span", "post-organisation", event.organisation));
    letter.querySelector(".avatar").textContent = initials(event.author);
    letter.querySelector("time").dateTime = event.published_at;
    localise(letter, this.words);
    this.markEdited(letter, event.type === "post_changed");
    letter.querySelector(".post-body").innerHTML = event.html;
    if (String(event.author_id) !== this.viewer) {
      letter.querySelector("[data-deed=edit]")?.remove();
      if (!this.section.dataset.moderator) letter.querySelector(".post-actions")?.remove();
    }
  }

  // Of a post that came and went while we were away nothing is known but its number.
  erase(letter, isUnknown) {
    letter.classList.add("post-removed");
    letter.querySelector(".post-body").replaceChildren(create("p", "quiet", this.words.removed));
    letter.querySelector(".post-actions")?.remove();
    letter.querySelector("[data-in-place]")?.remove();
    this.markEdited(letter, false);
    if (isUnknown) letter.querySelector(".post-head").remove();
  }

  markEdited(letter, isEdited) {
    const line = letter.querySelector(".post-when");
    line.querySelector(":scope > span")?.remove();
    if (isEdited) line.append(" ", create("span", "", this.words.edited));
  }

  nameOf(event) {
    return event.author || (event.author_id ? this.words.member : this.words.former);
  }

  announce(letter, event) {
    letter.classList.add("post-fresh");
    this.observer.observe(letter);
    this.section.querySelector("[data-news]").textContent = this.words.said.replace("{name}", this.nameOf(event));
  }

  // Posts that came while the reader was elsewhere on the page: counted, never scrolled to unasked.
  look(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        this.unseen.delete(target);
        this.observer.unobserve(target);
      } else {
        this.unseen.add(target);
      }
    }
    const [first] = this.unseen;
    this.pill.hidden = !first;
    if (first) {
      const count = this.unseen.size;
      this.pill.textContent = count === 1 ? this.words.one : this.words.many.replace("{count}", count);
      this.pill.href = `#${first.id}`;
    }
  }

  lock(isLocked) {
    this.section.querySelector("[data-closed]").hidden = !isLocked;
    const composer = this.section.querySelector("[data-composer]");
    if (composer) composer.hidden = isLocked;
  }
}

class Composer {
  constructor(form, conversation) {
    this.form = form;
    this.conversation = conversation;
    this.field = form.elements.text;
    this.draft = `draft:${conversation.id}`;
    this.field.value ||= sessionStorage.getItem(this.draft) ?? "";
    this.field.addEventListener("input", () => sessionStorage.setItem(this.draft, this.field.value));
    form.addEventListener("submit", (event) => this.send(event));
  }

  async send(event) {
    event.preventDefault();
    const button = this.form.querySelector("button");
    button.disabled = true;
    try {
      const response = await fetch(this.form.action, {
        method: "POST",
        body: new FormData(this.form),
        headers: { Accept: "application/json" },
      });
      if (response.status >= 500) this.missServer();
      else if (response.status === 403) this.submitKeepingDraft();
      else if (response.headers.get("Content-Type") !== "application/json") this.sendPlainly();
      else if (response.status === 201) this.sent(await response.json());
      else {
        // A refusal has a sentence for people; any other error is shown as a page.
        const { error } = await response.json();
        if (error) this.complain(error);
        else this.sendPlainly();
      }
    } catch {
      this.missServer();
    } finally {
      button.disabled = false;
    }
  }

  // Signed out: the page has a link to sign in, and the way back leads to a composer that has the draft.
  submitKeepingDraft() {
    delete this.form.dataset.guard;
    this.form.submit();
  }

  // An answer no script understands (a form open too long) is the browser's to show.
  sendPlainly() {
    sessionStorage.removeItem(this.draft);
    this.form.submit();
  }

  // The server answers again, so that it could not be reached is no longer true.
  reached() {
    if (this.isUnreachable) this.complain("");
  }

  sent(event) {
    this.conversation.apply(event);
    sessionStorage.removeItem(this.draft);
    this.field.value = "";
    this.complain("");
  }

  missServer() {
    this.complain(this.conversation.words.unreachable);
    this.isUnreachable = true;
    setTimeout(() => this.conversation.catchUp(), RETRY);
  }

  complain(sentence) {
    this.isUnreachable = false;
    const id = `${this.field.id}_error`;
    const line = document.getElementById(id) ?? create("p", "field-error", "");
    line.id = id;
    line.role = "alert";
    line.textContent = sentence;
    if (!sentence) line.remove();
    else if (!line.isConnected) this.field.before(line);
    this.field.toggleAttribute("aria-invalid", false);
    if (sentence) this.field.setAttribute("aria-invalid", "true");
    this.field.closest(".field").classList.toggle("field-wrong", Boolean(sentence));
  }
}

function create(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return words.length ? (words[0][0] + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase() : "?";
}

// Times in the zone of the reader, worded as the server words them (core/times.py).
function localise(root, words) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) time.textContent = inWords(moment, words);
  }
}

function inWords(moment, words) {
  const now = new Date();
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const daysAgo = Math.round((midnight(now) - midnight(moment)) / 86_400_000);
  const otherwise = moment.getFullYear() === now.getFullYear() ? "thisYear" : "otherYear";
  const two = (number) => String(number).padStart(2, "0");
  return fill(words[["today", "yesterday"][daysAgo] ?? otherwise], {
    clock: fill(words.clock, { hour: two(moment.getHours()), minute: two(moment.getMinutes()) }),
    day: moment.getDate(),
    month: words.months.split(" ")[moment.getMonth()],
    year: moment.getFullYear(),
  });
}

function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

for (const section of document.querySelectorAll("[data-thread]")) {
  const conversation = new Conversation(section);
  const form = section.querySelector("[data-composer]");
  if (form) conversation.composer = new Composer(form, conversation);
}
