/** The page's style: two palettes by the reader's scheme, one column that widens, paper that prints. */

/**
 * Pictures are drawn on white. In the dark they are turned round in lightness and keep their hues; the dark
 * paper is what white then becomes.
 */
const palettes = `:root {
  --paper: #ffffff; --ink: #1b1b1f; --faint: #5a5a63; --line: #e4e4e8; --card: #f7f7f8; --link: #0b5c94;
  --holds: #0b5c94; --not: #b8430b; --none: #6f4fa3; --open: #71717b; --mask: #d9d9df; --turn: none;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171717; --ink: #e8e8ea; --faint: #a3a3ad; --line: #35353b; --card: #202023; --link: #7fbdec;
    --holds: #5ba7dd; --not: #ee8a52; --none: #b195e6; --open: #96969f; --mask: #4a4a52;
    --turn: invert(0.91) hue-rotate(180deg);
  }
}
`;

const text = `* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 0 28px; max-width: 1280px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; overflow-wrap:
  break-word;
}
h1, h2, h3 { font-family: Charter, "Iowan Old Style", Georgia, "DejaVu Serif", serif; line-height: 1.2;
  text-wrap: balance; }
h1 { font-size: clamp(1.6rem, 3.4vw, 2.45rem); margin: 0 0 10px; font-weight: 600; letter-spacing: -0.01em;
  max-width: 24em; }
h2 { font-size: 1.55rem; margin: 0 0 10px; font-weight: 600; }
h3 { font-size: 1.15rem; margin: 0; font-weight: 600; }
a { color: var(--link); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
abbr { text-decoration: underline dotted var(--faint) 1px; text-underline-offset: 3px; cursor: help; }
code, pre { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size:
  0.86em; }
pre { overflow-x: auto; }
.faint, .topic, figcaption, footer { color: var(--faint); font-size: 0.87rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 8px; background: var(--paper); padding: 6px 12px; z-index: 2; }
[hidden] { display: none !important; }
`;

const first = `.first { padding-top: 30px; }
.eyebrow { margin: 0 0 8px; color: var(--faint); font-size: 0.82rem; letter-spacing: 0.06em;
  text-transform: uppercase; }
.sentence { margin: 0 0 18px; max-width: 62em; font-size: 1.05rem; }
.own-sentence { margin: -6px 0 18px; padding: 8px 14px; background: var(--card); border-left: 3px solid
  var(--holds); }
.hero { display: grid; grid-template-columns: minmax(0, 1.08fr) minmax(0, 1fr); gap: 40px; align-items:
  start; }
.playing { position: relative; }
.recordings { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; }
.unmasking pre { margin: 0; padding: 14px 14px 2px; background: var(--card); border-radius: 8px; font-size:
  13.5px; line-height: 1.72; min-height: 12.5em; }
.order-name { margin: 0 0 5px; font-weight: 600; font-size: 0.9rem; }
.unmasking span { padding: 2px 0; border-radius: 3px; background: var(--b); color: var(--f); animation:
  unmask var(--cycle) linear infinite; box-shadow: inset 0 0 0 1px var(--card); }
@keyframes unmask { 0%, 60% { background: var(--b); color: var(--f); } 60.01%, 100% { background:
  var(--mask); color: transparent; } }
.still .unmasking span { animation: none; }
.unmasking sub { font-size: 0.62em; opacity: 0.75; padding-left: 1px; }
.pause { position: absolute; opacity: 0; }
.pause:checked ~ .recordings span { animation-play-state: paused; }
.legend { display: flex; gap: 10px; align-items: center; margin: 10px 0 2px; font-size: 0.85rem; color:
  var(--faint); }
.ramp { width: 110px; height: 9px; border-radius: 5px; }
.legend label { margin-left: auto; border: 1px solid var(--line); border-radius: 14px; padding: 1px 12px;
  cursor: pointer; }
.pause:checked ~ .legend label { background: var(--ink); color: var(--paper); }
.pause:focus-visible ~ .legend label { outline: 2px solid var(--link); }
.playing .faint { margin: 6px 0 0; }
.playground { font-weight: 600; }
.playground-frame { width: 100%; max-width: 640px; height: 420px; border: 1px solid var(--line);
  border-radius: 8px; display: block; }
@media (prefers-reduced-motion: reduce) { .unmasking span { animation: none; } .legend label, .pause {
  display: none; } html { scroll-behavior: auto; } }
.findings { list-style: none; margin: 0; padding: 0; display: grid; gap: 0; }
.findings a { display: grid; grid-template-columns: 132px 1fr; column-gap: 18px; padding: 10px 0; color:
  inherit; text-decoration: none; border-top: 1px solid var(--line); }
.findings li:first-child a { border-top: 0; padding-top: 0; }
.findings a:hover .says { text-decoration: underline; }
.big { font: 600 1.75rem/1.1 Charter, "Iowan Old Style", Georgia, "DejaVu Serif", serif; letter-spacing:
  -0.01em; }
.big small { font: 400 0.83rem/1 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color:
  var(--faint); letter-spacing: 0; }
.says { grid-column: 2; font-size: 0.95rem; line-height: 1.38; margin-top: 3px; }
.spark { grid-row: 1 / 3; width: 132px; height: 76px; background: var(--card); border-radius: 6px; }
.spark polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.spark * { filter: var(--turn); }
`;

const strip = `.strip { display: flex; flex-wrap: wrap; gap: 10px 26px; margin: 22px 0 0; padding: 14px 0
  12px; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.chapter-name { display: block; font-size: 0.82rem; margin-bottom: 5px; color: var(--ink); text-decoration:
  none; }
.chapter-name:hover { text-decoration: underline; }
.squares { display: flex; flex-wrap: wrap; gap: 4px; }
.square { width: 15px; height: 15px; border-radius: 3px; display: inline-block; border: 1.5px solid
  currentColor; background: currentColor; }
.square.holds { color: var(--holds); }
.square.does-not-hold { color: var(--not); }
.square.no-difference { color: var(--none); background: linear-gradient(135deg, currentColor 50%,
  transparent 50%); }
.square.inconclusive { color: var(--open); background: transparent; }
a.square:hover { transform: scale(1.3); }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; width: 100%; margin: 2px 0 0; font-size: 0.8rem;
  color: var(--faint); }
.key i { width: 11px; height: 11px; vertical-align: -1px; }
`;

const chaptersStyle = `.search { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap:
  8px 18px; align-items: center; margin-top: 14px; padding: 8px 0; background: var(--paper); font-size:
  0.88rem; }
.search [type=search] { width: 340px; max-width: 100%; padding: 6px 12px; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
.search fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 14px; }
.chapter { padding-top: 44px; scroll-margin-top: 24px; }
.opening { display: grid; grid-template-columns: minmax(0, 280px) minmax(0, 1fr); gap: 44px; align-items:
  start; }
.question { margin: 0 0 8px; }
figure { margin: 0; scroll-margin-top: 60px; min-width: 0; }
.topic { margin: 2px 0 0; }
.plot img { display: block; max-width: 100%; height: auto; margin-top: 6px; }
.plot { filter: var(--turn); overflow-x: auto; }
figcaption { margin-top: 4px; line-height: 1.4; max-width: 70em; }
.links { white-space: nowrap; } .links > * { margin-left: 10px; }
.explore { font: inherit; color: var(--link); background: none; border: 1px solid var(--line);
  border-radius: 12px; padding: 0 10px; cursor: pointer; }
.query > summary { color: var(--faint); font-size: 0.85rem; cursor: pointer; }
.query pre { padding: 12px; background: var(--card); border-radius: 6px; max-height: 300px; overflow: auto;
  }
.recordings.still { margin-top: 10px; }
.claims { margin-top: 18px; border-bottom: 1px solid var(--line); }
.claim { border-top: 1px solid var(--line); scroll-margin-top: 52px; }
.claim > summary { display: grid; grid-template-columns: 106px minmax(0, 1fr) 140px 154px 182px; gap: 0
  16px; align-items: center; padding: 7px 0 7px 16px; position: relative; cursor: pointer; list-style: none;
  min-height: 46px; }
.claim > summary::-webkit-details-marker { display: none; }
.claim > summary::before { content: ""; position: absolute; left: 2px; top: calc(50% - 4px); border: 4px
  solid transparent; border-left: 6px solid var(--faint); border-right: 0; }
.claim[open] > summary::before { transform: rotate(90deg); }
.claim > summary:hover { background: var(--card); }
.id { font-weight: 600; font-size: 0.86rem; }
.statement { line-height: 1.35; font-size: 0.94rem; text-wrap: pretty; }
.number { white-space: nowrap; font-variant-numeric: tabular-nums; font-size: 0.84rem; color: var(--faint);
  }
.badges { display: flex; flex-wrap: wrap; gap: 3px 6px; align-items: center; }
.badge { font-size: 0.76rem; line-height: 1.5; padding: 0 8px; border-radius: 10px; border: 1px solid
  currentColor; white-space: nowrap; }
.badge.holds { color: var(--paper); background: var(--holds); border-color: var(--holds); }
.badge.does-not-hold { color: var(--paper); background: var(--not); border-color: var(--not); }
.badge.no-difference { color: var(--none); }
.badge.inconclusive { color: var(--faint); }
.badge.scope { color: var(--faint); border-color: transparent; padding: 0; white-space: normal;
  line-height: 1.25; }
.badge.own { color: var(--faint); border-style: dashed; }
.axis { width: 140px; height: 25px; overflow: visible; }
.axis .base { stroke: var(--line); }
.axis .bound { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 2; }
.axis .matters { fill: var(--line); opacity: 0.75; }
.dot line { stroke: currentColor; stroke-width: 2; } .dot circle { fill: currentColor; }
.dot.holds { color: var(--holds); } .dot.does-not-hold { color: var(--not); } .dot.no-difference { color:
  var(--none); }
.dot.inconclusive, .dot.published { color: var(--open); } .dot.inconclusive circle, .dot.published circle {
  fill: var(--paper); stroke: currentColor; stroke-width: 2; }
.facts { padding: 4px 0 18px 138px; }
dl { display: grid; grid-template-columns: 11rem 1fr; gap: 4px 18px; margin: 0; font-size: 0.88rem;
  max-width: 75em; }
dt { color: var(--faint); } dd { margin: 0; }
.more { margin-top: 12px; } .more > summary { cursor: pointer; color: var(--link); }
.gallery { display: grid; gap: 44px; padding: 24px 0; max-width: 900px; }
.filtered .opening, .filtered .more { display: none; } .filtered .chapter { padding-top: 8px; }
footer { margin: 48px 0 40px; padding-top: 16px; border-top: 1px solid var(--line); max-width: 75em; }
footer summary { cursor: pointer; } .words { margin: 10px 0 16px; }
.print { display: none; }
`;

const pages = `@media (min-width: 1001px) { .opening .plot img { width: min(100%, var(--half-screen)); } }
@media (max-width: 1000px) {
  .hero, .opening { grid-template-columns: minmax(0, 1fr); gap: 26px; }
  .claim > summary { grid-template-columns: 106px minmax(0, 1fr) 180px; align-items: start; }
  .claim > summary::before { top: 13px; } .claim .badges { align-self: center; }
  .claim .axis { grid-column: 2; grid-row: 2; } .claim .number { grid-column: 2; grid-row: 2; margin-left:
  162px; }
  .claim .badges { grid-column: 3; grid-row: 1 / 3; }
  .facts { padding-left: 16px; }
}
@media (max-width: 640px) {
  body { padding: 0 16px; }
  .recordings { grid-template-columns: minmax(0, 1fr); }
  .unmasking pre { min-height: 0; padding-bottom: 0; }
  .findings a { grid-template-columns: 96px 1fr; column-gap: 12px; } .spark { width: 96px; height: 56px; }
  .claim > summary { grid-template-columns: minmax(0, 1fr) auto; padding: 10px 0 10px 16px; row-gap: 4px; }
  .claim > summary::before { top: 16px; }
  .claim .statement { grid-column: 1 / 3; grid-row: 2; } .claim .badges { grid-column: 2; grid-row: 1;
  justify-content: end; }
  .claim .axis { grid-column: 1; grid-row: 3; } .claim .number { grid-column: 2; grid-row: 3; margin: 0;
  text-align: right; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin: 0 0 8px; }
  .search { position: static; } .links { white-space: normal; }
}
@media print {
  @page { margin: 12mm; }
  :root { --paper: #fff; --ink: #000; --faint: #444; --line: #ccc; --card: #f7f7f8; --turn: none; }
  body { font-size: 8.5pt; line-height: 1.35; max-width: none; padding: 0; }
  h1 { font-size: 15pt; margin-bottom: 4px; } .first { padding: 0; } .sentence { font-size: 9pt;
  margin-bottom: 8px; }
  main, .skip, .pause, .legend label, .playing > .faint, footer details { display: none; }
  .unmasking span { animation: none; print-color-adjust: exact; } .square { print-color-adjust: exact;
  width: 11px; height: 11px; }
  .hero { grid-template-columns: 1fr 1fr; gap: 16px; } .recordings { grid-template-columns: 1fr 1fr; gap:
  8px; }
  .unmasking pre { font-size: 6pt; padding: 5px; min-height: 0; }
  .findings a { padding: 3px 0; grid-template-columns: 66px 1fr; column-gap: 8px; } .spark { width: 66px;
  height: 38px; }
  .big { font-size: 12pt; } .says { font-size: 8pt; }
  .strip { margin-top: 8px; padding: 6px 0; gap: 4px 18px; } .squares { gap: 2px; }
  .print { display: table; width: 100%; border-collapse: collapse; margin-top: 8px; font-size: 7.5pt; }
  .print th, .print td { text-align: left; vertical-align: top; padding: 2px 5px; border-top: 1px solid
  #ccc; }
  footer { margin: 8px 0 0; padding-top: 6px; font-size: 7pt; } footer p { margin: 2px 0; }
}
`;

/** @param ramp colours from the first token unmasked to the last */
export function pageStyle(ramp: readonly string[]): string {
  const gradient = `.ramp { background: linear-gradient(90deg, ${ramp.join(", ")}); }\n`;
  return palettes + text + first + gradient + strip + chaptersStyle + pages;
}
