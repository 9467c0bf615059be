-- style: the style of a report: light and dark, on screens and on paper.
return [[
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a;
  --line: #d8dee4; --ground: #ffffff; --raised: #f6f8fa; --yes: #116329;
  --no: #b3261e; --k: #8250df; --s: #0a5d2c; --n: #0550ae; --c: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4af;
  --line: #30363d; --ground: #0d1117; --raised: #161b22; --yes: #56d364;
  --no: #ff8177; --k: #d2a8ff; --s: #7ee787; --n: #79c0ff; --c: #8b949e; }
  figure svg { filter: invert(1) hue-rotate(180deg); } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 75rem; padding: 2rem 1.25rem 4rem;
  background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.9rem; margin: 0 0 .2rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem;
  border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
.found { white-space: pre-line; max-width: 46rem; }
.question { font-size: 1.1rem; white-space: pre-line; margin: .4rem 0 1rem; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.wide { overflow-x: auto; margin-bottom: 1.4rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums;
  font-size: .92rem; }
th, td { padding: .25rem .8rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; }
.yes { color: var(--yes); font-weight: 600; }
.no { color: var(--no); font-weight: 600; }
figure { margin: 0 0 1.8rem; }
figure svg { width: 100%; height: auto; display: block; }
.places * { fill: transparent; pointer-events: all; }
.places :hover { fill: #00000022; stroke: #000; stroke-width: 1; }
pre { background: var(--raised); border: 1px solid var(--line);
  border-radius: 6px; padding: .9rem 1rem; overflow-x: auto;
  font: 13px/1.5 "DejaVu Sans Mono", ui-monospace, monospace; }
.k { color: var(--k); } .s { color: var(--s); } .n { color: var(--n); }
.c { color: var(--c); font-style: italic; }
a { color: var(--n); }
@media print { body { max-width: none; padding: 0; font-size: 10pt; }
  figure svg { filter: none; } .places { display: none; }
  pre { white-space: pre-wrap; border: 0; padding: 0; }
  .wide { overflow: visible; } table { font-size: 8pt; }
  th, td { padding: .15rem .4rem; overflow-wrap: anywhere; }
  th { white-space: normal; }
  figure, tr { break-inside: avoid; } h2 { break-after: avoid; } }
]]
