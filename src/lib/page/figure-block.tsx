/** A figure on the page: what it found, what it shows, the picture, and where its numbers come from. */
import type { JSX } from "preact";
import { bare } from "../figures/frame.js";
import { captionText } from "../figures/spec.js";
import { narrowPage, widePage } from "../figures/theme.js";
import { recordingsOf, Unmasking } from "./unmasking.js";
import type { PageFigure } from "./input.js";
import { anchorOf } from "./words.js";

export interface FigureBlockProps {
  readonly figure: PageFigure;
  /** what it found; its title says what it shows */
  readonly headline?: string;
  readonly root: string;
}

export function FigureBlock({ figure, headline, root }: FigureBlockProps): JSX.Element {
  const { spec, folder, notebook, query } = figure;
  const { name, topic = spec.title } = spec;
  return (
    <figure id={anchorOf("figure", name)}>
      <h3>{headline ?? spec.title}</h3>
      {topic !== headline && headline !== undefined && <p class="topic">{topic}</p>}
      <Picture figure={figure} />
      <figcaption>
        {captionText(spec.caption)}{" "}
        <span class="links">
          <button type="button" class="explore" data-explore={name} data-from={`${folder}figures.js`} hidden>
            Explore
          </button>
          {notebook && <a href={`${root}notebooks/${notebook}.ipynb`}>Notebook {notebook}</a>}
          <a href={`${folder}${name}.json`}>Data</a>
        </span>
      </figcaption>
      {query && (
        <details class="query" id={anchorOf("query", name)}>
          <summary>Query that computes these numbers from the log</summary>
          <pre>{query}</pre>
        </details>
      )}
    </figure>
  );
}

/** Height of the picture that leads a chapter, in pixels: it and what it found are seen at once. */
const halfScreen = 600;

/** Decoded text as text; else the picture that fits the page, and words where there is none. */
function Picture({ figure: { spec, folder, pictured } }: { readonly figure: PageFigure }): JSX.Element {
  const recordings = recordingsOf(spec);
  if (recordings.length > 0)
    return (
      <div class="recordings still">
        {recordings.map(recording => (
          <Unmasking recording={recording} still />
        ))}
      </div>
    );
  if (!pictured) return <p class="faint">No picture was drawn: a Chromium was not found.</p>;
  const file = `${folder}${spec.name}`;
  const { layout, narrowLayout } = bare(spec);
  return (
    <div class="plot" data-plot={spec.name}>
      <picture>
        <source
          media={`(max-width: ${widePage.minWidth - 1}px)`}
          srcset={`${file}.narrow.svg`}
          width={narrowPage.pictureWidth}
          height={narrowLayout.height as number}
        />
        <img
          src={`${file}.svg`}
          alt={spec.title}
          loading="lazy"
          width={widePage.pictureWidth}
          height={layout.height as number}
          style={`--half-screen:${Math.round((halfScreen * widePage.pictureWidth) / (layout.height as number))}px`}
        />
      </picture>
    </div>
  );
}
