/** The gallery: every claim with the paper's number, ours with its interval, the verdict and the picture. */
import {
  chapters,
  outcomes,
  outcomeWords,
  sizeInWords,
  type JudgedClaim,
  type Outcome,
} from "../claims/claim.js";
import { pInWords } from "../claims/markdown.js";
import { pictureHtml, type FigurePictures } from "./figure-page.js";
import { escapeHtml, shortNumber } from "../figures/text.js";
import { faintInk, fontFamily, gridColor, ink, paper } from "../figures/theme.js";

/** A figure that was drawn: what its files are called, as seen from the gallery's folder. */
export interface GalleryFigure extends FigurePictures {
  readonly name: string;
  readonly title: string;
  /** `captionText` of the figure */
  readonly caption: string;
  /** interactive page */
  readonly html: string;
}

/** Blue, vermilion, violet and grey: told apart without red against green, and by the words themselves. */
const verdictColors: Readonly<Record<Outcome, string>> = {
  holds: "#005a8e",
  "does-not-hold": "#b34700",
  "no-difference": "#6a4c93",
  inconclusive: "#5c5c5c",
};

/**
 * The page's HTML: self-contained but for the pictures beside it, without scripts, the same for the same
 * input. A claim whose figure is not among `figures` says so; figures that no claim names come last.
 */
export function galleryHtml(claims: readonly JudgedClaim[], figures: readonly GalleryFigure[]): string {
  const names = [...new Set([...claims.map(claim => claim.figure), ...figures.map(figure => figure.name)])];
  const sections = names.map(name =>
    sectionHtml(
      name,
      claims.filter(claim => claim.figure === name),
      figures.find(figure => figure.name === name),
    ),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Unmask: the claims of DiffuCoder, measured anew</title>
<style>
${style}</style>
</head>
<body>
<main>
<h1>The claims of DiffuCoder, measured anew</h1>
<p>${introduction(claims)}</p>
${overviewHtml(claims)}
${sections.join("\n")}
<footer>Interactive pages are drawn from the .json files beside them by <code>npm run reproduce</code>.</footer>
</main>
</body>
</html>
`;
}

function introduction(claims: readonly JudgedClaim[]): string {
  const findings = claims.filter(({ theorem }) => !theorem);
  const count = (verdict: Outcome) => findings.filter(claim => claim.verdict === verdict).length;
  const counts = outcomes.map(outcome => `${count(outcome)} ${countedWords[outcome]}`).join(", ");
  return (
    `Of ${findings.length} claims, ${counts}. ${claims.length - findings.length} more are checks of ` +
    "theorems and no findings. " +
    "The paper's models have billions of parameters, these have well under a million: numbers are " +
    "not comparable, directions are. " +
    "Each criterion carries the day since when it stands; npm run verify says of which claims the " +
    "logs were made after it."
  );
}

const countedWords: Readonly<Record<Outcome, string>> = {
  holds: "hold",
  "does-not-hold": "do not hold",
  "no-difference": "show no difference that matters",
  inconclusive: "are inconclusive",
};

function overviewHtml(claims: readonly JudgedClaim[]): string {
  const parts = Object.entries(chapters).flatMap(([chapter, title]) => {
    const own = claims.filter(claim => claim.chapter === chapter);
    if (own.length === 0) return [];
    return [`<h2>${escapeHtml(title)}</h2>\n<ul class="overview">\n${own.map(lineHtml).join("\n")}\n</ul>`];
  });
  return parts.join("\n");
}

function lineHtml(claim: JudgedClaim): string {
  const link = `<a href="#${anchor(claim.figure)}">${escapeHtml(claim.id)}</a>`;
  return `<li>${link} ${badges(claim)} ${escapeHtml(claim.statement)}</li>`;
}

/** The verdict, what it speaks for, and whether it is a check of a theorem. */
function badges({ verdict, scope, theorem }: JudgedClaim): string {
  const words = [...(theorem ? ["theorem check"] : []), ...(scope === "" ? [] : [scope])];
  return (
    badge(verdict) + (words.length === 0 ? "" : ` <span class="faint">${escapeHtml(words.join(", "))}</span>`)
  );
}

function sectionHtml(
  name: string,
  claims: readonly JudgedClaim[],
  figure: GalleryFigure | undefined,
): string {
  const parts = [
    `<h2>${escapeHtml(figure?.title ?? name)}</h2>`,
    ...claims.map(claimHtml),
    figureHtmlOf(figure),
  ];
  return `<section id="${anchor(name)}">\n${parts.join("\n")}\n</section>`;
}

function claimHtml(claim: JudgedClaim): string {
  const interval = `${shortNumber(claim.measured)} [${shortNumber(claim.lower)}, ${shortNumber(claim.upper)}]`;
  const facts = [
    ["Paper (published)", claim.published],
    ["Measured here, 95% interval", `${interval}; ${sizeInWords(claim)}`],
    ...(Number.isNaN(claim.p) ? [] : [["p, after Holm's correction", pInWords(claim)]]),
    ["Criterion", `${claim.criterion} (Stands since ${claim.fixed}, ${claim.hash}.)`],
    ["Source", claim.citation],
    ...(claim.detail === "" ? [] : [["Note", claim.detail]]),
  ];
  const list = facts.map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`).join("\n");
  return `<article>
<h3>${escapeHtml(claim.id)} ${badges(claim)}</h3>
<p>${escapeHtml(claim.statement)}</p>
<dl>
${list}
</dl>
</article>`;
}

function figureHtmlOf(figure: GalleryFigure | undefined): string {
  if (figure === undefined) return `<p class="faint">Its figure was not drawn in this run.</p>`;
  const picture = pictureHtml(figure.title, figure);
  const links =
    `<a href="${escapeHtml(figure.html)}">Interactive figure</a>, <a ` +
    `href="${escapeHtml(figure.name)}.json">its data</a>`;
  // The caption stands in the picture; where there is none, it must be said here.
  const words = picture === "" ? `${escapeHtml(figure.caption)} ` : "";
  return `<figure>${picture}<figcaption>${words}${links}</figcaption></figure>`;
}

function badge(verdict: Outcome): string {
  return `<span class="badge" style="background:${verdictColors[verdict]}">${outcomeWords[verdict]}</span>`;
}

function anchor(name: string): string {
  return escapeHtml(name.replace(/[^\w.-]+/g, "-"));
}

const style = `* { box-sizing: border-box; }
body { margin: 0; background: ${paper}; color: ${ink}; font: 16px/1.55 ${fontFamily}; }
main { max-width: 1080px; margin: 0 auto; padding: 16px; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.5rem; padding-top: 1rem; border-top: 1px solid ${gridColor}; }
h3 { font-size: 1.05rem; margin: 0 0 0.25rem; }
a { color: #005a8e; }
article { margin: 1rem 0; padding: 12px 16px; border: 1px solid ${gridColor}; border-radius: 6px; }
article p { margin: 0.25rem 0 0.75rem; }
dl { display: grid; grid-template-columns: 13rem 1fr; gap: 4px 16px; margin: 0; font-size: 0.95rem; }
dt { color: ${faintInk}; }
dd { margin: 0; }
figure { margin: 1rem 0; }
img { display: block; max-width: 100%; height: auto; }
figcaption, footer, .faint { color: ${faintInk}; font-size: 0.9rem; }
footer { margin-top: 2.5rem; }
.overview { padding: 0; list-style: none; }
.overview li { margin: 6px 0; }
.badge { display: inline-block; padding: 0 8px; border-radius: 10px; color: #ffffff; font-size: 0.8rem; font-weight: 400; white-space: nowrap; }
@media (max-width: 640px) {
  main { padding: 12px; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin: 0 0 8px; }
}
`;
