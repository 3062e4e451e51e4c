/** Forms of either task that are alike in length and pass rate; chosen by these two alone. */
export const likeForms = { minipy: ["loop", "staged"], minimath: ["steps-2", "story-2"] } as const;

/** Whether a sample's form is among them. */
export function isLikeForm({ task, form }: { readonly task: string; readonly form: string }): boolean {
  const forms: Readonly<Record<string, readonly string[]>> = likeForms;
  return forms[task]?.includes(form) ?? false;
}
