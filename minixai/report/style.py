"""The look of the report: one column to read, colours for light and dark, rules for paper."""

__all__ = ["STYLE"]

STYLE = """
:root {
  --paper: #ffffff; --ink: #1c2127; --muted: #59636e; --line: #d9dee4; --soft: #f5f7f9;
  --blue: #0072b2; --vermillion: #d55e00; --link: #00639c; --alarm: #fdf1e9; --alarm-ink: #a54800;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e7eb; --muted: #a3acb7; --line: #343b44; --soft: #1c2127;
    --blue: #3b9bdb; --vermillion: #ee7a2c; --link: #6cb8ea; --alarm: #2b1d13; --alarm-ink: #f2995c;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.6 "Charter", "Iowan Old Style", "Source Serif 4", Georgia, serif;
}
h1, h2, h3, nav, table, dl, .eyebrow, .word, summary, figcaption, footer, svg text, small {
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
    "Noto Sans", sans-serif;
}
.sheet { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem 4rem; }
main { max-width: 54rem; min-width: 0; }
main > section > p, main > section > ul, .lead, .finding p { max-width: 42rem; }
h1 { font-size: 2.3rem; line-height: 1.15; margin: 0 0 1rem; letter-spacing: -0.015em; }
h2 {
  font-size: 1.5rem; line-height: 1.25; margin: 3.5rem 0 0.9rem; padding-top: 1.1rem;
  border-top: 1px solid var(--line); letter-spacing: -0.01em;
}
h3 { font-size: 1.08rem; line-height: 1.35; margin: 2rem 0 0.5rem; }
h1, h2, h3, p, li, dd, dt, caption { overflow-wrap: anywhere; }
td, tbody th { overflow-wrap: break-word; max-width: 19rem; }
p { margin: 0 0 1rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: 0.5rem 1rem; z-index: 2; }
.eyebrow {
  font-size: 0.78rem; letter-spacing: 0.09em; text-transform: uppercase; color: var(--muted);
  margin: 0 0 0.6rem;
}
header { padding-top: 3rem; }
.lead { font-size: 1.2rem; line-height: 1.55; }
.small, small { font-size: 0.86em; color: var(--muted); }
.name { font-style: normal; font-weight: 600; }
td .name, th .name, dd .name { font-weight: inherit; }
nav { font-size: 0.9rem; line-height: 1.4; padding-top: 2rem; }
nav ol { margin: 0; padding-left: 1.8rem; }
nav li { margin: 0.3rem 0; color: var(--muted); }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
@media (min-width: 72rem) {
  .sheet { display: grid; grid-template-columns: 13rem minmax(0, 54rem); gap: 3.5rem; }
  nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto;
    padding-top: 3.2rem; }
}
.figures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.9rem;
  margin: 1.8rem 0 0;
}
.figures div { background: var(--soft); border-radius: 0.5rem; padding: 0.9rem 1rem;
  display: flex; flex-direction: column; justify-content: space-between; }
.figures dt { font-size: 0.82rem; color: var(--muted); line-height: 1.35; }
.figures dd { margin: 0.35rem 0 0; font-size: 1.22rem; font-weight: 650; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.figures dt .name { font-weight: inherit; }
.figures dd .name { font-size: 1.08rem; }
.pairs { margin: 1rem 0; font-size: 0.92rem; line-height: 1.45; }
.pairs div { display: grid; grid-template-columns: minmax(8rem, 13rem) minmax(0, 1fr); gap: 1rem;
  padding: 0.38rem 0; border-bottom: 1px solid var(--line); }
.pairs dt { color: var(--muted); }
.pairs dd { margin: 0; font-variant-numeric: tabular-nums; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.88em; }
pre { background: var(--soft); padding: 1rem; border-radius: 0.5rem; overflow: auto;
  max-height: 30rem; line-height: 1.4; }
.finding { border: 1px solid var(--line); border-left: 0.35rem solid var(--muted);
  border-radius: 0.4rem; padding: 1rem 1.25rem 0.4rem; margin: 0 0 1.1rem;
  background: var(--soft); }
.finding h3 { margin: 0 0 0.5rem; }
.finding.warning { border-color: var(--vermillion); background: var(--alarm); }
.word { display: inline-block; font-size: 0.74rem; font-weight: 700; letter-spacing: 0.07em;
  text-transform: uppercase; margin-right: 0.4rem; color: var(--muted); }
.warning .word { color: var(--alarm-ink); }
.finding .evidence div { border-bottom-color: transparent; padding: 0.12rem 0; }
.scroll { overflow-x: auto; margin: 1rem 0 1.4rem; }
table { border-collapse: collapse; font-size: 0.88rem; line-height: 1.4; min-width: 50%; }
caption { text-align: left; color: var(--muted); font-size: 0.86rem; padding-bottom: 0.45rem; }
th, td { padding: 0.42rem 0.9rem 0.42rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; border-bottom: 2px solid var(--line); font-weight: 600; }
thead th.number { min-width: 4.2rem; }
thead small { display: block; font-weight: 400; white-space: nowrap; }
tbody th { font-weight: 500; min-width: 6rem; }
.number { text-align: right; padding-left: 0.6rem; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
.marked th, .marked td { font-weight: 700; }
figure { margin: 1.2rem 0 1.8rem; }
.picture { overflow-x: auto; }
.picture > svg { display: block; max-width: 100%; height: auto; }
figcaption { font-size: 0.88rem; line-height: 1.5; color: var(--muted); max-width: 42rem;
  margin-top: 0.5rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1.5rem; }
.pair figure { margin: 0; }
details { margin: 0.6rem 0 1.2rem; }
summary { cursor: pointer; font-size: 0.88rem; color: var(--link); width: fit-content; }
svg text { fill: var(--ink); }
.bar { display: block; }
.bar .plus { fill: var(--blue); }
.bar .minus { fill: var(--vermillion); }
.bar .middle { fill: var(--muted); }
footer { margin-top: 3rem; font-size: 0.85rem; color: var(--muted); }
@media (max-width: 40rem) { .picture > svg { min-width: 34rem; max-width: none; } }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  :root { --paper: #ffffff; --ink: #000000; --muted: #444444; --line: #bbbbbb; --soft: #ffffff;
    --link: #000000; --alarm: #ffffff; --alarm-ink: #000000; }
  body { font-size: 10.5pt; }
  nav, .skip { display: none; }
  .sheet { display: block; max-width: none; padding: 0; }
  main { max-width: none; }
  figure, .finding, tr, .case { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll, .picture, pre { overflow: visible; max-height: none; }
}
"""
