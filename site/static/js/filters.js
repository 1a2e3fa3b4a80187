// <form data-filters>: htmx fetches the list as soon as a box is ticked. This keeps what the exchange would lose: which
// facets are open, how far they are scrolled, the sheet, the focus and where it stands on the screen. It says how many
// are left, and where htmx fails the browser loads the page. The links to other languages get the same filters.

class Filters {
  constructor(form) {
    this.form = form;
    this.news = form.querySelector("[data-news]");
    this.show();
    form.addEventListener("htmx:configRequest", ({ detail }) => this.withoutEmpty(detail.formData));
    form.addEventListener("htmx:beforeSwap", () => this.remember());
    form.addEventListener("htmx:afterSwap", () => this.restore());
    for (const failure of ["htmx:sendError", "htmx:responseError"]) {
      form.addEventListener(failure, ({ detail }) => location.assign(detail.pathInfo.finalRequestPath));
    }
  }

  get facets() {
    return [...this.form.querySelectorAll("[data-facet]")];
  }

  show() {
    for (const part of this.form.querySelectorAll("[data-scripted]")) part.hidden = false;
  }

  withoutEmpty(data) {
    for (const [name, value] of [...data]) if (value === "") data.delete(name);
  }

  remember() {
    const sheet = document.getElementById("facets");
    this.focused = document.activeElement.id;
    this.top = document.activeElement.getBoundingClientRect().top;
    this.sheet = sheet?.matches(":popover-open") ? sheet.scrollTop : null;
    this.stood = new Map(this.facets.map((facet) => [
      facet.dataset.facet,
      { open: facet.open, scrolled: facet.querySelector("fieldset").scrollTop },
    ]));
  }

  restore() {
    this.show();
    const found = document.getElementById("found");
    if (found.dataset.title) document.title = found.dataset.title;
    const sheet = document.getElementById("facets");
    if (this.sheet !== null && sheet) {
      sheet.showPopover();
      sheet.scrollTop = this.sheet;
    }
    for (const facet of this.facets) {
      const { open, scrolled } = this.stood.get(facet.dataset.facet) ?? { open: facet.open, scrolled: 0 };
      facet.open = open;
      facet.querySelector("fieldset").scrollTop = scrolled;
    }
    const count = found.querySelector("[data-count]");
    const focused = document.getElementById(this.focused);
    (focused ?? count)?.focus({ preventScroll: true });
    if (focused) scrollBy({ top: focused.getBoundingClientRect().top - this.top, behavior: "instant" });
    this.news.textContent = count?.textContent.trim() ?? "";
  }
}

for (const form of document.querySelectorAll("[data-filters]")) new Filters(form);

document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("a[hreflang]")) link.search = location.search;
});
