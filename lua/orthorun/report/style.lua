-- style: the style of a report: light and dark, on screens and on paper. The
-- dark colours of plots are rules of their own (report/colors).
return [[
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a;
  --line: #d8dee4; --ground: #ffffff; --raised: #f6f8fa; --yes: #116329;
  --no: #b3261e; --k: #8250df; --s: #0a5d2c; --n: #0550ae; --c: #6e7781;
  --shade: #0000002e; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6edf3;
  --soft: #9aa4af; --line: #30363d; --ground: #0d1117; --raised: #161b22;
  --yes: #56d364; --no: #ff8177; --k: #d2a8ff; --s: #7ee787; --n: #79c0ff;
  --c: #8b949e; --shade: #ffffff38; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 75rem; padding: 2rem 1.25rem 4rem;
  background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 .2rem;
  overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .8rem;
  border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { font-size: 1rem; font-weight: 600; margin: 0 0 .6rem; }
p { overflow-wrap: anywhere; }
sub, sup { line-height: 0; font-size: .75em; }
.said, .title { max-width: 52rem; margin: 1.1rem 0 .5rem; }
.lines { white-space: pre-line; }
.question { font-size: 1.1rem; white-space: pre-line; margin: .4rem 0 1rem;
  max-width: 52rem; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.wide { overflow-x: auto; margin-bottom: 1.4rem; background:
  linear-gradient(to right, var(--ground) 40%, transparent) 0 0,
  linear-gradient(to left, var(--ground) 40%, transparent) 100% 0,
  linear-gradient(to right, var(--shade), transparent) 0 0,
  linear-gradient(to left, var(--shade), transparent) 100% 0;
  background-repeat: no-repeat;
  background-size: 3rem 100%, 3rem 100%, 1rem 100%, 1rem 100%;
  background-attachment: local, local, scroll, scroll; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums;
  font-size: .92rem; }
th, td { padding: .25rem .8rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td { white-space: nowrap; }
.facts td { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
td.number, th.number { text-align: right; }
.yes { color: var(--yes); font-weight: 600; }
.no { color: var(--no); font-weight: 600; }
figure { margin: 0 0 2.2rem; }
.panels { display: grid; gap: .8rem 1rem; align-items: start;
  grid-template-columns: repeat(auto-fit,
    minmax(min(100%, max(19rem, 100% / 3 - 1rem)), 1fr)); }
.panels.two { grid-template-columns: repeat(auto-fit,
    minmax(min(100%, max(19rem, 50% - 1rem)), 1fr)); }
.panels.one { max-width: 36rem; }
.panel > svg { width: 100%; height: auto; display: block; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem;
  margin: .6rem 0 .4rem; padding: 0; font-size: .9rem; }
.panel .legend { margin: 0 0 .4rem 3.5rem; font-size: .85rem; }
.legend svg { margin-right: .5rem; vertical-align: -.05em; }
.places * { fill: transparent; pointer-events: all; }
.places :hover { fill: #80808040; stroke: currentColor; stroke-width: 1; }
pre { background: var(--raised); border: 1px solid var(--line);
  border-radius: 6px; padding: .9rem 1rem; overflow-x: auto;
  font: 13px/1.5 "DejaVu Sans Mono", ui-monospace, monospace; }
code { font: .88em "DejaVu Sans Mono", ui-monospace, monospace; }
pre code { font: inherit; }
.k { color: var(--k); } .s { color: var(--s); } .n { color: var(--n); }
.c { color: var(--c); font-style: italic; }
a { color: var(--n); }
@media screen and (max-width: 40rem) { td:first-child:not(.number) {
  white-space: normal; min-width: 9.5rem; } th, td { padding: .25rem .55rem; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; }
  .places { display: none; } .panels { grid-template-columns: repeat(2, 1fr); }
  pre { white-space: pre-wrap; border: 0; padding: 0; }
  .wide { overflow: visible; background: none; } table { font-size: 8pt; }
  th, td { padding: .15rem .4rem; overflow-wrap: anywhere;
    white-space: normal; }
  .panel, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } }
]]
