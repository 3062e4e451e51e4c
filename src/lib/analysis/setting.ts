/**
 * How a sample was decoded, as the columns of a samples log
 * tell it: what must be alike to be compared, and in words.
 */

/** Parameters of policies, and the value of each that is not worth saying. */
const parameters = {
  tau: null,
  factor: null,
  gamma: null,
  spacing: 0,
  minGap: 2,
  theta: 0,
  base: 2,
  skip: 1,
  paths: null,
  select: null,
  pool: 5,
  alpha: 0.1,
} as const;

type Parameters = { readonly [K in keyof typeof parameters]?: number | string | null };

/** The columns that name a setting; a policy's parameters are null, or left out, where it has none such. */
export interface Setting extends Parameters {
  readonly policy: string;
  readonly remasking: string;
  readonly steps: number;
  readonly blockLength: number | null;
  readonly kvCache: string | null;
  /** recipe of a head that learned the order */
  readonly head: string | null;
  readonly softMasks: boolean;
}

/** Equal for rows of one setting, and for those alone. */
export function settingOf(row: Setting): { readonly setting: string; readonly steps: number } {
  return { setting: JSON.stringify([row.remasking, settingInWords(row)]), steps: row.steps };
}

/**
 * "threshold tau=0.8 blocks=12 cache=dual", what is particular
 * alone; "quota dcolt": ranked by what that head learned.
 */
export function settingInWords(row: Setting): string {
  const soft = row.softMasks ? ["soft"] : [];
  return [
    row.policy,
    ...settingsOf(row),
    ...cacheOf(row),
    ...(row.head === null ? [] : [row.head]),
    ...soft,
  ].join(" ");
}

/** How a setting is written in figures: its method, and what is particular about it. */
export function methodOf(row: Setting): { readonly series: string; readonly label: string } {
  const { policy, remasking, steps, blockLength, kvCache, head, softMasks, spacing = 0 } = row;
  const cached = (kvCache === null ? "" : `, ${kvCache} cache`) + (softMasks ? ", soft masks" : "");
  const settings = [...settingsOf(row), ...(head === null ? [] : [head])];
  if (policy === "quota")
    return {
      series: (blockLength === null ? `fixed, ${remasking}` : "fixed, in blocks") + cached,
      label: [`${steps} steps`, ...settings, ...(blockLength === null ? [] : [remasking])].join(" "),
    };
  const filtered = Number(spacing) > 0 ? ", spaced" : "";
  const inSteps = policy === "lookahead" ? [`${steps} steps`] : [];
  return {
    series: `${policy}${filtered}${cached}`,
    label: [...inSteps, ...settings].join(" ") || "defaults",
  };
}

/** Parameters and blocks: "tau=0.8", "blocks=12". */
function settingsOf(row: Setting): string[] {
  const given = Object.entries(parameters).flatMap(([key, plain]) => {
    const value = row[key as keyof Parameters] ?? null;
    return value === null || value === plain ? [] : [`${key}=${value}`];
  });
  return [...given, ...(row.blockLength === null ? [] : [`blocks=${row.blockLength}`])];
}

function cacheOf({ kvCache }: Setting): string[] {
  return kvCache === null ? [] : [`cache=${kvCache}`];
}
