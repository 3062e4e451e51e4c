/**
 * What a reader sees first: the sentence, two decodings that play, three findings, a square for each claim.
 */
import type { JSX } from "preact";
import { chapters, outcomeWords, outcomes, type Chapter, type JudgedClaim } from "../claims/claim.js";
import { comparison } from "./comparison.js";
import { Glossed } from "./glossary.js";
import { headlineOf, inReadingOrder } from "./headlines.js";
import type { PageInput } from "./input.js";
import { Sparkline } from "./sparkline.js";
import { recordingsOf, Unmasking } from "./unmasking.js";
import { anchorOf, countsInWords, numberInWords } from "./words.js";

/** The figure whose decodings play, and which of its panels. */
const [recorded, playing] = ["tour-order", ["leftmost ties", "random ties"]] as const;

interface Finding {
  readonly claim: string;
  readonly figure: string;
  /** panel of the figure that makes the stamp */
  readonly panel: number;
  readonly number: (claim: JudgedClaim) => string;
  readonly unit: string;
}

const findings: readonly Finding[] = [
  {
    claim: "TIES",
    figure: "ties-share",
    panel: 0,
    number: ({ measured }) => `${(100 * measured).toFixed(0)}%`,
    unit: "of steps are ties",
  },
  {
    claim: "RL-gain",
    figure: "f7-reward-curves",
    panel: 0,
    number: ({ measured }) => `${measured > 0 ? "+" : "−"}${Math.abs(100 * measured).toFixed(0)}`,
    unit: "points of pass@1",
  },
  {
    claim: "N13-cross",
    figure: "n13-ar-against-diffusion",
    panel: 0,
    number: ({ measured }) => numberInWords(measured),
    unit: "nats of loss",
  },
];

export function FirstScreen({ input }: { readonly input: PageInput }): JSX.Element {
  const { claims, own } = input;
  const found = claims.filter(({ theorem }) => !theorem);
  const seen = new Set<string>();
  return (
    <header class="first">
      <p class="eyebrow">Unmask: DiffuCoder, measured anew</p>
      <h1>In which order does a diffusion model write code, and what decides it?</h1>
      <p class="sentence">
        <Glossed
          seen={seen}
          text={
            `Of ${found.length} claims about masked-diffusion models of code, ${countsInWords(found)}; ` +
            `${claims.length - found.length} more are checks of theorems. ` +
            "The models here have half a million parameters and train on two CPU cores: numbers are not " +
            "comparable with the papers', directions are."
          }
        />
      </p>
      {own && <OwnSentence published={claims} own={own.claims} />}
      <div class="hero">
        <Playing input={input} />
        <ol class="findings" aria-label="Three findings">
          {findings.map(finding => (
            <FindingCard finding={finding} input={input} />
          ))}
        </ol>
      </div>
      <Strip claims={claims.map(claim => own?.claims.find(({ id }) => id === claim.id) ?? claim)} />
    </header>
  );
}

function OwnSentence({
  published,
  own,
}: {
  readonly published: readonly JudgedClaim[];
  readonly own: readonly JudgedClaim[];
}): JSX.Element {
  return (
    <p class="own-sentence">
      <strong>Your run:</strong> {comparison(published, own)}
    </p>
  );
}

function Playing({ input }: { readonly input: PageInput }): JSX.Element {
  const figure = input.figures.find(({ spec }) => spec.name === recorded);
  const all = figure === undefined ? [] : recordingsOf(figure.spec);
  const chosen = all.filter(({ label }) => playing.some(name => name === label));
  return (
    <div class="playing">
      <input type="checkbox" id="pause" class="pause" />
      <div class="recordings">
        {chosen.map(recording => (
          <Unmasking recording={recording} />
        ))}
      </div>
      <p class="legend">
        <span class="ramp" aria-hidden="true" /> first to last token unmasked
        <label for="pause">Pause</label>
      </p>
      <p class="faint">
        One model, one prompt; only the rule that breaks ties differs.{" "}
        {input.playground && (
          <a class="playground" href={input.playground} data-playground={input.playground}>
            Open the playground
          </a>
        )}
      </p>
    </div>
  );
}

function FindingCard({
  finding: { claim: id, figure: name, panel, number, unit },
  input,
}: {
  readonly finding: Finding;
  readonly input: PageInput;
}): JSX.Element | null {
  const claim = input.claims.find(row => row.id === id);
  const figure = input.figures.find(({ spec }) => spec.name === name);
  if (claim === undefined) return null;
  return (
    <li>
      <a href={`#${anchorOf("claim", id)}`}>
        {figure && <Sparkline spec={figure.spec} panel={panel} />}
        <span class="big">
          {number(claim)} <small>{unit}</small>
        </span>
        <span class="says">{headlineOf(name, input.claims) ?? claim.statement}</span>
      </a>
    </li>
  );
}

/** One square a claim, chapter by chapter. */
function Strip({ claims }: { readonly claims: readonly JudgedClaim[] }): JSX.Element {
  const names = Object.keys(chapters) as Chapter[];
  return (
    <nav class="strip" aria-label="Claims by chapter">
      {names.map(name => {
        const own = inReadingOrder(claims.filter(({ chapter }) => chapter === name));
        return own.length === 0 ? null : (
          <div>
            <a class="chapter-name" href={`#${anchorOf("chapter", name)}`}>
              {chapters[name]}
            </a>
            <div class="squares">
              {own.map(({ id, verdict, statement }) => (
                <a
                  class={`square ${verdict}`}
                  href={`#${anchorOf("claim", id)}`}
                  title={`${id}, ${outcomeWords[verdict]}: ${statement}`}
                  aria-label={`${id}, ${outcomeWords[verdict]}`}
                />
              ))}
            </div>
          </div>
        );
      })}
      <p class="key">
        {outcomes.map(outcome => (
          <span>
            <i class={`square ${outcome}`} /> {outcomeWords[outcome]}
          </span>
        ))}
      </p>
    </nav>
  );
}
