// <form data-guard>: asks before unsaved writing is left behind.
// <output data-counts="id_title">: says how many characters are left of the field's maxlength.
let unsaved = false;

for (const form of document.querySelectorAll("form[data-guard]")) {
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
}

addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

for (const output of document.querySelectorAll("output[data-counts]")) {
  const field = document.getElementById(output.dataset.counts);
  const show = () => { output.value = output.dataset.words.replace("%s", field.maxLength - field.value.length); };
  field?.addEventListener("input", show);
}
