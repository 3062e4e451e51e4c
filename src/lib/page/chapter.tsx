/** A chapter: what it asks, the figure that leads, its claims, and its other figures folded. */
import type { JSX } from "preact";
import { chapters, type Chapter as Name, type JudgedClaim } from "../claims/claim.js";
import { ClaimRow } from "./claim-row.js";
import { FigureBlock } from "./figure-block.js";
import { Glossed } from "./glossary.js";
import { headlineOf } from "./headlines.js";
import type { PageFigure, PageInput } from "./input.js";
import { anchorOf, chapterWords, countsInWords } from "./words.js";

export interface ChapterProps {
  readonly name: Name;
  readonly claims: readonly JudgedClaim[];
  readonly figures: readonly PageFigure[];
  readonly input: PageInput;
}

export function Chapter({ name, claims, figures, input }: ChapterProps): JSX.Element {
  const { question, lead } = chapterWords[name];
  const seen = new Set<string>();
  const [leading, others] = [
    figures.filter(({ spec }) => spec.name === lead),
    figures.filter(({ spec }) => spec.name !== lead),
  ];
  const block = (figure: PageFigure) => (
    <FigureBlock figure={figure} headline={headlineOf(figure.spec.name, input.claims)} root={input.root} />
  );
  return (
    <section class="chapter" id={anchorOf("chapter", name)}>
      <div class="opening">
        <div>
          <h2>{chapters[name]}</h2>
          <p class="question">
            <Glossed text={question} seen={seen} />
          </p>
          <p class="faint">
            Of {claims.length} claims {countsInWords(claims)}.
          </p>
        </div>
        {leading.map(block)}
      </div>
      <div class="claims">
        {claims.map(claim => (
          <ClaimRow
            claim={claim}
            own={input.own?.claims.find(({ id }) => id === claim.id)}
            figure={input.figures.find(({ spec }) => spec.name === claim.figure)}
            root={input.root}
            seen={seen}
          />
        ))}
      </div>
      {others.length > 0 && (
        <details class="more">
          <summary>
            {others.length} more figure{others.length === 1 ? "" : "s"} of this chapter
          </summary>
          <div class="gallery">{others.map(block)}</div>
        </details>
      )}
    </section>
  );
}
