// search.js: the search box. It looks in `entries` (index.js): [name, page,
// text], so that it works from a folder without a server or a network.
const box = document.getElementById("search");
const found = document.getElementById("found");
const page = document.getElementById("page");
let chosen = 0;

// 0: a part of the name is the word; 1: begins with it; 2: the name holds it;
// 3: the text does; -1: neither.
function rank([name, , text], word) {
  const parts = name.toLowerCase().split(/[.:]/);
  if (parts.includes(word) || name.toLowerCase() === word) return 0;
  if (parts.some((part) => part.startsWith(word))) return 1;
  if (name.toLowerCase().includes(word)) return 2;
  return text.toLowerCase().includes(word) ? 3 : -1;
}

// The worst rank of all words; -1 where one is not there.
function rankAll(entry, words) {
  const ranks = words.map((word) => rank(entry, word));
  return ranks.includes(-1) ? -1 : Math.max(...ranks);
}

function matches(words) {
  return entries
    .map((entry) => [rankAll(entry, words), entry])
    .filter(([r]) => r >= 0)
    .sort((a, b) => a[0] - b[0])
    .map(([, entry]) => entry);
}

function row([name, where, text], i) {
  const a = document.createElement("a");
  a.href = `${root}modules/${where}.html#${name}`;
  a.className = i === chosen ? "chosen" : "";
  const b = document.createElement("b");
  b.textContent = name;
  const span = document.createElement("span");
  span.textContent = text.length > 160 ? text.slice(0, 160) + "…" : text;
  a.append(b, span);
  a.addEventListener("click", () => { box.value = ""; show(); });
  return a;
}

function show() {
  const words = box.value.toLowerCase().split(/\s+/).filter((w) => w);
  found.hidden = words.length === 0;
  page.hidden = words.length > 0;
  if (words.length === 0) return;
  const list = matches(words);
  chosen = Math.max(0, Math.min(chosen, list.length - 1));
  found.replaceChildren(...list.slice(0, 60).map(row));
  if (list.length === 0) found.textContent = "Nothing found.";
}

box.addEventListener("input", () => { chosen = 0; show(); });
box.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    chosen += event.key === "ArrowDown" ? 1 : -1;
    show();
    event.preventDefault();
  } else if (event.key === "Enter") {
    const link = found.querySelector(".chosen");
    if (link && !found.hidden) link.click();
  } else if (event.key === "Escape") {
    box.value = "";
    show();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) {
    box.focus();
    event.preventDefault();
  }
});
