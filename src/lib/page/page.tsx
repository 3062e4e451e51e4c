/** The page of all claims: one file and the pictures beside it, readable without scripts and offline. */
import type { JSX } from "preact";
import { render } from "preact-render-to-string";
import { orderColors } from "../figures/theme.js";
import { chapters, type Chapter as ChapterName, type JudgedClaim } from "../claims/claim.js";
import { Chapter } from "./chapter.js";
import { FigureBlock } from "./figure-block.js";
import { FirstScreen } from "./first-screen.js";
import { Foot } from "./foot.js";
import { inReadingOrder } from "./headlines.js";
import type { PageFigure, PageInput } from "./input.js";
import { PrintSummary } from "./print-summary.js";
import { enhance } from "./script.js";
import { Search } from "./search.js";
import { pageStyle } from "./style.js";
import { chapterWords } from "./words.js";

/** The page's HTML; the same for the same input. */
export function pageHtml(input: PageInput): string {
  return `<!doctype html>\n${render(<Page input={input} />)}\n`;
}

function Page({ input }: { readonly input: PageInput }): JSX.Element {
  const { claims, figures, root } = input;
  const names = Object.keys(chapters) as ChapterName[];
  const own = names.map(name => inReadingOrder(claims.filter(({ chapter }) => chapter === name)));
  const shares = shareOut(figures, names, own);
  const rest = figures.filter(figure => !shares.some(share => share.includes(figure)));
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Unmask: the claims of DiffuCoder, measured anew</title>
        <style dangerouslySetInnerHTML={{ __html: pageStyle(orderColors) }} />
      </head>
      <body data-root={root}>
        <a class="skip" href="#main">
          To the claims
        </a>
        <FirstScreen input={input} />
        <main id="main">
          <Search />
          {names.map((name, i) =>
            own[i].length === 0 ? null : (
              <Chapter name={name} claims={own[i]} figures={shares[i]} input={input} />
            ),
          )}
          {rest.length > 0 && (
            <section class="chapter">
              <details class="more">
                <summary>Figures without a claim: {rest.length}</summary>
                <div class="gallery">
                  {rest.map(figure => (
                    <FigureBlock figure={figure} root={root} />
                  ))}
                </div>
              </details>
            </section>
          )}
        </main>
        <PrintSummary input={input} />
        <Foot input={input} />
        <script dangerouslySetInnerHTML={{ __html: `(${enhance.toString()})();` }} />
      </body>
    </html>
  );
}

/** Each figure once: in the chapter that it leads, else in the first of which a claim names it. */
function shareOut(
  figures: readonly PageFigure[],
  names: readonly ChapterName[],
  claims: readonly (readonly JudgedClaim[])[],
): readonly PageFigure[][] {
  const leads = names.map(name => chapterWords[name].lead);
  const chapterOf = ({ spec: { name } }: PageFigure) =>
    leads.includes(name)
      ? leads.indexOf(name)
      : claims.findIndex(own => own.some(({ figure }) => figure === name));
  return names.map((_, chapter) => figures.filter(figure => chapterOf(figure) === chapter));
}
