/** What can stand beside a checkpoint when it decodes, by the field of a study. To add one: its file, and its line. */
import type { LearnedOrder } from "../decode/order.js";
import type { DecodingDenoiser } from "../decode/types.js";
import type { SampleRow } from "../log/schemas.js";
import { orderHead } from "../methods/learned-order/decoding.js";
import { softMasks } from "../methods/soft-masking/decoding.js";
import type { Beside, DecodingPart } from "./decoding-part.js";

const parts = { head: orderHead, soft: softMasks } as const;

type ValueOf<P> = P extends DecodingPart<infer V> ? V : never;

/** The fields of a study; absent: no such part. */
export type PartFields = { readonly [K in keyof typeof parts]?: ValueOf<(typeof parts)[K]> };

export const partNames = Object.keys(parts) as readonly (keyof PartFields)[];

/** The parts that take part, with what is said of each. */
function said(of: PartFields): (readonly [DecodingPart<unknown>, unknown])[] {
  return partNames
    .map(name => [parts[name] as DecodingPart<unknown>, of[name]] as const)
    .filter(([, value]) => value !== undefined);
}

/** The fields of a study that say something of parts. */
export function partFields(of: PartFields): PartFields {
  return Object.fromEntries(partNames.filter(name => of[name] !== undefined).map(name => [name, of[name]]));
}

/** What decodes, the checkpoint itself where no part stands in its place; `dispose` leaves it alone. */
export interface Decoding {
  readonly denoiser: DecodingDenoiser;
  readonly order: LearnedOrder | undefined;
  dispose(): void;
}

/** @throws UserError for a part that does not belong to the checkpoint */
export function loadParts(of: PartFields, beside: Beside): Decoding {
  const loaded = said(of).map(([part, value]) => part.load(value, beside));
  return {
    denoiser: loaded.find(part => part.denoiser !== undefined)?.denoiser ?? beside.denoiser,
    order: loaded.find(part => part.order !== undefined)?.order,
    dispose: () => loaded.forEach(part => part.dispose()),
  };
}

/** What a run's name says of its parts. */
export function partsInName(of: PartFields): { readonly ranking?: string; readonly last: readonly string[] } {
  const names = said(of).map(([part, value]) => part.name(value));
  return {
    ranking: names.find(({ ranking }) => ranking !== undefined)?.ranking,
    last: names.flatMap(({ last }) => last ?? []),
  };
}

/** The columns of all parts, those that take no part among them. */
export function partColumns(of: PartFields): Partial<SampleRow> {
  const columns = partNames.map(name => (parts[name] as DecodingPart<unknown>).columns(of[name]));
  return Object.assign({}, ...columns) as Partial<SampleRow>;
}

export function partIdentity(of: PartFields): object {
  return Object.assign({}, ...said(of).map(([part, value]) => part.identity?.(value))) as object;
}
