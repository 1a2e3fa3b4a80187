// <form data-guard>: asks before unsaved words are left behind. data-guard="unsaved": the server has sent them back, so
// that they are in no field's default and saved nowhere.
// <div data-when="stage" data-is="paused retired">: shown only while that field of the form has one of the values.
// <output data-counts="id_title">: says how many characters are left of the field's maxlength.

let isLeaving = false;
// A script that sends the form itself prevents the default, and the page stays.
addEventListener("submit", (event) => { isLeaving = !event.defaultPrevented; });
addEventListener("pageshow", () => { isLeaving = false; });
addEventListener("beforeunload", (event) => {
  if (!isLeaving && [...document.querySelectorAll("form[data-guard]")].some(isUnsaved)) event.preventDefault();
});

function isUnsaved(form) {
  return form.dataset.guard === "unsaved" || [...form.elements].some(isChanged);
}

function isChanged(field) {
  if (field.options) {
    const chosen = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(chosen, 0);
  }
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return "defaultValue" in field && field.value !== field.defaultValue;
}

for (const part of document.querySelectorAll("[data-when]")) {
  const field = part.closest("form").elements[part.dataset.when];
  const show = () => { part.hidden = !part.dataset.is.split(" ").includes(field.value); };
  field.addEventListener("change", show);
  show();
}

for (const output of document.querySelectorAll("output[data-counts]")) {
  const field = document.getElementById(output.dataset.counts);
  const show = () => { output.value = output.dataset.words.replace("%s", field.maxLength - field.value.length); };
  field?.addEventListener("input", show);
}
