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
    this.posts = section.querySelector("[data-posts]");
    this.template = section.querySelector("template[data-post]").content;
    this.pill = section.querySelector("[data-pill]");
    this.pending = new Map();
    this.unseen = new Set();
    this.topic = `thread:${this.id}`;
    this.observer = new IntersectionObserver((entries) => this.countUnseen(entries));
    this.posts.addEventListener("click", (event) => this.closeForm(event));
    this.posts.addEventListener("htmx:beforeSwap", (event) => this.removeForm(event));
    this.posts.addEventListener("htmx:afterSwap", (event) => this.showSwapped(event));
    for (const failure of ["htmx:sendError", "htmx:responseError"]) {
      this.posts.addEventListener(failure, (event) => this.openAsPage(event));
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
    if (name === "live") this.composer?.serverAnswered();
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
      this.composer?.serverAnswered();
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

  removeForm({ detail }) {
    detail.target.querySelector("[data-in-place]")?.remove();
  }

  showSwapped({ target }) {
    const post = target.closest("article");
    const form = post.querySelector("[data-in-place]");
    if (!form) localise(post, this.words);
    const next = form ? form.querySelector("textarea, h4") : post.querySelector("[data-action=edit]");
    (next ?? post.querySelector(".post-when a")).focus();
  }

  closeForm(event) {
    const form = event.target.closest("[data-cancel]")?.closest("[data-in-place]");
    if (!form) return;
    event.preventDefault();
    const post = form.closest("article");
    form.remove();
    post.querySelector(`[data-action=${form.dataset.inPlace}]`).focus();
  }

  // Refused, gone or not answered: the page of its own says why. What was written there is kept by its form.
  openAsPage({ detail }) {
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
    let post = document.getElementById(`post-${event.number}`);
    if (post?.dataset.version === String(event.version)) return;
    const isNew = !post && event.number >= this.tail;
    if (!post && !isNew) return;
    if (isNew) post = this.place(this.createPost(event.number));
    post.dataset.version = event.version;
    if (event.type === "post_removed") this.erase(post, isNew);
    else this.fill(post, event);
    if (isNew && event.html && String(event.author_id) !== this.viewer) this.showAsNew(post, event);
  }

  createPost(number) {
    const post = this.template.querySelector("article").cloneNode(true);
    post.dataset.number = number;
    for (const element of [post, ...post.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) {
        if (/post-0\b|\/posts\/0\//.test(value)) {
          element.setAttribute(name, value.replace("post-0", `post-${number}`).replace("/posts/0/", `/posts/${number}/`));
        }
      }
    }
    for (const element of post.querySelectorAll(".unseen")) {
      element.textContent = element.textContent.replace("0", number);
    }
    return post;
  }

  place(post) {
    const number = Number(post.dataset.number);
    const next = [...this.posts.querySelectorAll("article")].find((other) => Number(other.dataset.number) > number);
    this.posts.insertBefore(post, next ?? null);
    this.section.querySelector("[data-nothing]")?.remove();
    globalThis.htmx?.process(post);
    this.count(number);
    return post;
  }

  count(number) {
    const heading = document.getElementById("thread-head");
    if (!heading.querySelector(".count")) heading.append(" ", create("span", "count", 0));
    const count = heading.querySelector(".count");
    count.textContent = Math.max(number, Number(count.textContent));
  }

  fill(post, event) {
    const author = post.querySelector(".post-author");
    author.textContent = this.nameOf(event);
    if (event.organisation) author.append(" ", create("span", "post-organisation", event.organisation));
    post.querySelector(".avatar").textContent = initials(event.author);
    post.querySelector("time").dateTime = event.published_at;
    localise(post, this.words);
    this.markEdited(post, event.type === "post_changed");
    post.querySelector(".post-body").innerHTML = event.html;
    if (String(event.author_id) !== this.viewer) {
      post.querySelector("[data-action=edit]")?.remove();
      if (!this.section.dataset.moderator) post.querySelector(".post-actions")?.remove();
    }
  }

  // Of a post that came and went while we were away nothing is known but its number.
  erase(post, isUnknown) {
    post.classList.add("post-removed");
    post.querySelector(".post-body").replaceChildren(create("p", "quiet", this.words.removed));
    post.querySelector(".post-actions")?.remove();
    post.querySelector("[data-in-place]")?.remove();
    this.markEdited(post, false);
    if (isUnknown) post.querySelector(".post-head").remove();
  }

  markEdited(post, isEdited) {
    const line = post.querySelector(".post-when");
    line.querySelector(":scope > span")?.remove();
    if (isEdited) line.append(" ", create("span", "", this.words.edited));
  }

  nameOf(event) {
    return event.author || (event.author_id ? this.words.member : this.words.former);
  }

  showAsNew(post, event) {
    post.classList.add("post-fresh");
    this.observer.observe(post);
    this.section.querySelector("[data-news]").textContent = this.words.said.replace("{name}", this.nameOf(event));
  }

  // Posts that came while the reader was elsewhere on the page: counted, never scrolled to unasked.
  countUnseen(entries) {
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
      if (response.status >= 500) this.showUnreachable();
      else if (response.status === 403) this.submitKeepingDraft();
      else if (response.headers.get("Content-Type") !== "application/json") this.submitAsPage();
      else if (response.status === 201) this.sent(await response.json());
      else {
        // A refusal has a sentence for people; any other error is shown as a page.
        const { error } = await response.json();
        if (error) this.showError(error);
        else this.submitAsPage();
      }
    } catch {
      this.showUnreachable();
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
  submitAsPage() {
    sessionStorage.removeItem(this.draft);
    this.form.submit();
  }

  // The server answers again, so that it could not be reached is no longer true.
  serverAnswered() {
    if (this.isUnreachable) this.showError("");
  }

  sent(event) {
    this.conversation.apply(event);
    sessionStorage.removeItem(this.draft);
    this.field.value = "";
    this.showError("");
  }

  showUnreachable() {
    this.showError(this.conversation.words.unreachable);
    this.isUnreachable = true;
    setTimeout(() => this.conversation.catchUp(), RETRY);
  }

  showError(sentence) {
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
