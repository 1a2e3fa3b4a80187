// A sheet left open while the window grows to the width where it stands in the page is closed.
const wide = matchMedia("(min-width: 56.25em)");

wide.addEventListener("change", () => {
  for (const sheet of document.querySelectorAll(".sheet:popover-open")) sheet.hidePopover();
});
