/** A claim as a row that opens: number, statement, dot with interval, verdict; below it all that is known. */
import type { JSX } from "preact";
import { outcomeWords, sizeInWords, type JudgedClaim } from "../claims/claim.js";
import { claims as rows } from "../claims/chapters/index.js";
import { pInWords } from "../claims/markdown.js";
import { Glossed } from "./glossary.js";
import type { PageFigure } from "./input.js";
import { IntervalAxis } from "./interval-axis.js";
import { anchorOf, intervalInWords, scopeInShort } from "./words.js";

export interface ClaimRowProps {
  readonly claim: JudgedClaim;
  /** the same claim in a run of one's own */
  readonly own?: JudgedClaim;
  readonly figure?: PageFigure;
  /** the project's folder, as seen from the page */
  readonly root: string;
  /** glossary terms that the chapter has marked already */
  readonly seen: Set<string>;
}

export function ClaimRow(props: ClaimRowProps): JSX.Element {
  const { claim, own, seen } = props;
  const shown = own ?? claim;
  return (
    <details class="claim" id={anchorOf("claim", claim.id)} data-verdict={shown.verdict}>
      <summary>
        <span class="id">{claim.id}</span>
        <span class="statement">
          <Glossed text={claim.statement} seen={seen} />
        </span>
        <IntervalAxis claim={claim} own={own} />
        <span class="number">{intervalInWords(shown)}</span>
        <span class="badges">
          <Badges claim={shown} />
          {own && <OwnBadge claim={claim} own={own} />}
        </span>
      </summary>
      <Facts {...props} />
    </details>
  );
}

/** The verdict; what it speaks for and whether it is a check of a theorem have badges of their own. */
export function Badges({ claim: { verdict, scope, theorem } }: { readonly claim: JudgedClaim }): JSX.Element {
  return (
    <>
      <span class={`badge ${verdict}`}>{outcomeWords[verdict]}</span>
      {scope !== "" && (
        <span class="badge scope" title={scope}>
          {scopeInShort(scope)}
        </span>
      )}
      {theorem && (
        <span class="badge scope" title="follows from a proof: a check of the code, no finding">
          theorem check
        </span>
      )}
    </>
  );
}

function OwnBadge({ claim, own }: { readonly claim: JudgedClaim; readonly own: JudgedClaim }): JSX.Element {
  const same = claim.verdict === own.verdict && claim.scope === own.scope;
  const words = same ? "as published" : `published: ${outcomeWords[claim.verdict]}`;
  return <span class="badge own">{words}</span>;
}

function Facts({ claim, own, figure, root }: ClaimRowProps): JSX.Element {
  return (
    <div class="facts">
      <dl>
        <Fact term="The paper (published)">
          {claim.published} ({claim.citation})
        </Fact>
        <Fact term="Measured here, 95%">
          {intervalInWords(claim)}; {sizeInWords(claim)}
        </Fact>
        {own && (
          <Fact term="In your run, 95%">
            {intervalInWords(own)}; {sizeInWords(own)}
          </Fact>
        )}
        {!Number.isNaN(claim.p) && <Fact term="p, after Holm">{pInWords(claim)}</Fact>}
        <Fact term="Criterion">
          {claim.criterion} (Stands since {claim.fixed}, {claim.hash}.)
        </Fact>
        {claim.scope !== "" && <Fact term="Scope">{claim.scope}</Fact>}
        {claim.detail !== "" && <Fact term="Note">{claim.detail}</Fact>}
        {figure && <Sources figure={figure} root={root} />}
        <Fact term="Run it again">
          <code>{rerunOf(claim, figure)}</code>
        </Fact>
      </dl>
    </div>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: unknown }): JSX.Element {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children as JSX.Element}</dd>
    </>
  );
}

/** Figure, notebook, data, logs and query. */
function Sources({ figure, root }: { readonly figure: PageFigure; readonly root: string }): JSX.Element {
  const { spec, folder, notebook, query, logs, logCount } = figure;
  return (
    <Fact term="From">
      <a href={`#${anchorOf("figure", spec.name)}`}>figure</a>
      {notebook && (
        <>
          , <a href={`${root}notebooks/${notebook}.ipynb`}>notebook {notebook}</a>
        </>
      )}
      , <a href={`${folder}${spec.name}.json`}>data</a>
      {query && (
        <>
          , <a href={`#${anchorOf("query", spec.name)}`}>query</a>
        </>
      )}
      {logs.length > 0 ? (
        <>
          , <a href={`${root}${logs[0]}`}>{logCount === 1 ? "log" : `the first of ${logCount} logs`}</a>
        </>
      ) : (
        `; its ${logCount === 1 ? "log is" : `${logCount} logs are`} not shipped, the command makes them`
      )}
    </Fact>
  );
}

/** The command that makes the claim's runs where they are missing, and judges it anew. */
export function rerunOf(claim: JudgedClaim, figure: PageFigure | undefined): string {
  const study = rows.find(row => row.id === claim.id)?.study;
  const only = figure?.notebook === undefined ? "" : ` --only ${figure.notebook}`;
  const judging = `npm run reproduce -- --profile full${only}`;
  return study === undefined ? judging : `npm run study -- ${study} && ${judging}`;
}
