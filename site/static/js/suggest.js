// <input data-suggest="address">: an editable combobox. The options are links that the address answers with; the list
// lies over the page. Without this script the field is an ordinary one.

const WAIT = 150;
const FEWEST_CHARACTERS = 2;

class Combobox {
  constructor(field) {
    this.field = field;
    this.list = document.getElementById(`${field.id}-suggestions`);
    this.active = -1;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("input", () => this.type());
    field.addEventListener("keydown", (event) => this.press(event));
    field.addEventListener("blur", () => this.close());
    field.form.addEventListener("submit", () => this.close());
    // A press on an option must not take the focus, and with it the list, away before the link is followed.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get options() {
    return [...this.list.children];
  }

  type() {
    this.activate(-1);
    this.cancel();
    if (this.field.value.trim().length < FEWEST_CHARACTERS) this.close();
    else this.waiting = setTimeout(() => this.ask(), WAIT);
  }

  cancel() {
    clearTimeout(this.waiting);
    this.request?.abort();
  }

  async ask() {
    this.request = new AbortController();
    const address = new URL(this.field.dataset.suggest, location.href);
    address.searchParams.set("q", this.field.value);
    try {
      const response = await fetch(address, { signal: this.request.signal });
      if (response.ok) this.show(await response.text());
    } catch {
      // Typed on, or no connection: what one types can be searched for all the same.
    }
  }

  show(html) {
    if (document.activeElement !== this.field) return;
    this.list.innerHTML = html;
    this.options.forEach((option, n) => { option.id = `${this.list.id}-${n}`; });
    this.activate(-1);
    this.toggle(this.options.length > 0);
  }

  close() {
    this.cancel();
    this.activate(-1);
    this.toggle(false);
  }

  toggle(isOpen) {
    this.list.hidden = !isOpen;
    this.field.setAttribute("aria-expanded", String(isOpen));
  }

  activate(n) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = n;
    const option = this.options[n];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  press(event) {
    const last = this.options.length - 1;
    if (event.isComposing || last < 0) return;
    if (this.list.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") this.toggle(true);
      else return;
    }
    const chosen = this.options[this.active];
    const steps = {
      ArrowDown: () => this.activate(this.active === last ? 0 : this.active + 1),
      ArrowUp: () => this.activate(this.active <= 0 ? last : this.active - 1),
      Home: chosen && (() => this.activate(0)),
      End: chosen && (() => this.activate(last)),
      Enter: chosen && (() => chosen.click()),
      Escape: () => this.close(),
    };
    const step = Object.hasOwn(steps, event.key) && steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  }
}

for (const field of document.querySelectorAll("[data-suggest]")) new Combobox(field);
