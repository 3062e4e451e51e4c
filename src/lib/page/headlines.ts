/**
 * What a figure found, as its title, made from the numbers that were judged: for figures that lead a chapter
 * in words of their own, for the others from the claim that they show.
 */
import type { JudgedClaim } from "../claims/claim.js";
import { claims as rows } from "../claims/chapters/index.js";
import { intervalInWords, numberInWords } from "./words.js";

/** The claims of a page by id. */
type Judged = (id: string) => JudgedClaim | undefined;

/** Says it where every claim named has the verdict that the words need; undefined otherwise. */
type Headline = (judged: Judged) => string | undefined;

const percent = (share: number) => `${Math.round(100 * share)}%`;
const points = (difference: number) => `${Math.abs(100 * difference).toFixed(0)} points`;

/** The claim, where it holds. */
function held(judged: Judged, id: string): JudgedClaim | undefined {
  const claim = judged(id);
  return claim?.verdict === "holds" ? claim : undefined;
}

const headlines: Readonly<Record<string, Headline>> = {
  "ties-share": judged => {
    const ties = held(judged, "TIES");
    const order = held(judged, "TIES-order");
    const cost =
      order && `; broken at random instead of to the left, pass@1 falls by ${points(order.measured)}`;
    return (
      ties && `At T 0.2 ties of equal confidences decide ${percent(ties.measured)} of steps${cost ?? ""}`
    );
  },
  "ties-orders": judged => {
    const order = held(judged, "TIES-order");
    return (
      order &&
      `The same model passes ${points(order.measured)} less, and writes far less from left to right, ` +
        "when ties are broken at random"
    );
  },
  "ties-directions": judged =>
    judged("TIES-directions")?.verdict === "does-not-hold"
      ? "What is said of AR-ness turns round under another tie rule"
      : undefined,
  "ties-precision": judged =>
    ["BF16-ties", "BF16-order", "BF16-pass"].every(id => held(judged, id) !== undefined)
      ? "In bfloat16 ties decide as many steps as in float32; order and pass@1 stay as they are"
      : undefined,
  "f5l-ar-ness-by-temperature": judged => {
    const warm = held(judged, "F5L");
    const where = warm?.scope.endsWith("only") ? ", but only where ties are broken to the left" : "";
    return warm && `From T 0.2 to 1.0 AR-ness falls by at least ${numberInWords(warm.measured)}${where}`;
  },
  "n13-ar-against-diffusion": judged => {
    const cross = held(judged, "N13-cross");
    return (
      cross &&
      held(judged, "N13-early") &&
      "AR learns first and overfits; after many passes diffusion's loss is " +
        `${numberInWords(cross.measured)} nats lower`
    );
  },
  "f7-reward-curves": judged => {
    const gain = held(judged, "RL-gain");
    const open = ["F7-full-mask", "F7-d1"].every(id => judged(id)?.verdict === "inconclusive");
    const rest = open ? "; whether by the coupling is open" : "";
    return gain && `Coupled-GRPO adds ${points(gain.measured)} of pass@1 on problems not trained on${rest}`;
  },
  "bf16-exponents": judged => {
    const open = judged("BF16-outliers")?.verdict === "inconclusive";
    const rest = open ? "; whether updates in bfloat16 keep the outliers is open" : "";
    const rounding = held(judged, "BF16-rounding");
    return rounding && `Rounding alone takes hardly a ratio out of the clip's range${rest}`;
  },
  "f8-loss-by-timestep": judged => {
    const mean = held(judged, "F8");
    const sum = judged("F8-sum")?.verdict === "does-not-hold";
    return mean && sum
      ? "The loss explodes at small t only where it is normalised by the tokens that are masked"
      : undefined;
  },
  methods: () => "Which methods pass most for their denoiser calls: the front that no other beats",
};

const beginnings = {
  holds: "",
  "does-not-hold": "Not so here: ",
  "no-difference": "No difference that matters: ",
  inconclusive: "Undecided: ",
} as const;

/** The title of a figure by its name; undefined where no claim is about it. */
export function headlineOf(figure: string, claims: readonly JudgedClaim[]): string | undefined {
  const special = headlines[figure]?.(id => claims.find(claim => claim.id === id));
  if (special !== undefined) return special;
  const own = inReadingOrder(claims.filter(claim => claim.figure === figure));
  const lead = own.find(({ verdict }) => verdict !== "inconclusive") ?? own.at(0);
  return lead && sentenceOf(lead);
}

/** "Not so here: training stage I for longer makes the model worse (−0.18 [−0.25, −0.11])" */
export function sentenceOf(claim: JudgedClaim): string {
  const begin = beginnings[claim.verdict];
  const statement = claim.statement.replace(/\.$/, "");
  const words = begin === "" ? statement : begin + lowerFirst(statement);
  return `${words} (${intervalInWords(claim)})`;
}

/** Acronyms and names stay as they are. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]* /.test(text) && !/^(Coupled-GRPO|CodeFusion) /.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
}

/** Chapter after chapter, as the claims' rows stand; what no row has comes last. */
export function inReadingOrder(claims: readonly JudgedClaim[]): JudgedClaim[] {
  const place = (id: string) => {
    const at = rows.findIndex(row => row.id === id);
    return at < 0 ? rows.length : at;
  };
  return [...claims].sort((a, b) => place(a.id) - place(b.id));
}
