// Everything works without this file: it adds buttons that copy, and local times.
"use strict";

const spoken = document.getElementById("spoken");

function say(words) {
  if (spoken) spoken.textContent = words;
}

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

async function copy(element) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  }
  // Without https there is no clipboard interface; the old way still works where it is allowed.
  select(element);
  return document.execCommand("copy");
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  const address = document.getElementById(button.dataset.copy);
  if (!address) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const copied = await copy(address).catch(() => false);
    if (!copied) select(address);
    say(copied ? "Address copied" : "Address selected; copy it with your keyboard");
    button.textContent = copied ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) time.title = at.toLocaleString();
}
