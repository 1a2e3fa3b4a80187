// <button data-copy="field-id" hidden>: puts what the field holds on the clipboard, and says so in the [data-copied]
// beside it. Where there is no clipboard the button stays hidden, and the text can be selected as ever.

class Copy {
  constructor(button) {
    this.field = document.getElementById(button.dataset.copy);
    this.said = button.parentElement.querySelector("[data-copied]");
    this.words = button.dataset;
    button.hidden = false;
    button.addEventListener("click", () => this.copy());
  }

  async copy() {
    this.said.textContent = "";
    try {
      await navigator.clipboard.writeText(this.field.value);
      this.said.textContent = this.words.done;
    } catch {
      this.field.select();
      this.said.textContent = this.words.failed;
    }
  }
}

if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) new Copy(button);
