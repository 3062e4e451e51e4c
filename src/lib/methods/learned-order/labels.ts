/** How the rows of N8 are told: heads by their recipe. */
const settings = [
  { label: "learned", head: "dcolt", remasking: "learned" },
  { label: "learned, shuffled rewards", head: "dcolt-shuffled", remasking: "learned" },
  { label: "public order", head: null, remasking: "neg-entropy" },
  { label: "probability", head: null, remasking: "probability-untempered" },
] as const;

/** The columns of a samples log that tell it. */
export interface Labelled {
  readonly head: string | null;
  readonly remasking: string;
}

/** The setting of a row. @throws Error for a row of none */
export function n8Label({ head, remasking }: Labelled): string {
  const found = settings.find(setting => setting.head === head && setting.remasking === remasking);
  if (found === undefined) throw new Error(`internal: ${head} by ${remasking} is no setting of N8`);
  return found.label;
}
