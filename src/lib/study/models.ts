/** The testbed's models as studies name them. */

/** The paper's base and instruct models, and the one trained from scratch, on the testbed. */
export const models = {
  base: "stage2",
  instruct: "instruct",
  scratch: "scratch-instruct",
  arParent: "ar-parent",
  stage1: "stage1",
  stage1Long: "stage1-long",
  instruct1Epoch: "instruct-1epoch",
  padding: "instruct-pad",
  nextDocument: "instruct-next-document",
} as const;

/** The models of Fig. 4, in the order of training, as figures name them. */
export const stages = [
  { checkpoint: "stage1", label: "stage I" },
  { checkpoint: "stage1-long", label: "stage I, 4 × as long" },
  { checkpoint: "stage2-1epoch", label: "stage II, 1 epoch" },
  { checkpoint: "stage2", label: "stage II, 4 epochs" },
  { checkpoint: "instruct-1epoch", label: "stage III, 1 epoch" },
  { checkpoint: "instruct", label: "stage III, 5 epochs" },
] as const;

export function stageLabel(checkpoint: string): string {
  return stages.find(stage => stage.checkpoint === checkpoint)?.label ?? checkpoint;
}

/** "n7-soft" of the folder "n7-soft-seed2". */
export function recipeName(checkpoint: string): string {
  return checkpoint.replace(/-seed\d+$/, "");
}
