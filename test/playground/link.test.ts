import { describe, expect, it } from "vitest";
import { linkOf, sceneOf, type LinkedScene } from "../../src/lib/playground/link.js";
import { blockChoices, defaultPane, fitting, plans, stepChoices } from "../../src/lib/playground/settings.js";
import { configOf } from "../../src/lib/playground/settings.js";

const usual = {
  ...{ prompt: "loop: take even items, squared, return sum\n", seed: 1, length: 36 },
  panes: [defaultPane("instruct")],
};

describe("a link", () => {
  it("restores every setting, pick and place of a scene", () => {
    const scene: LinkedScene = {
      ...{ prompt: "staged: return max or 0 of items not 4, as is\n", seed: 77, length: 36, at: 12 },
      panes: [
        { ...defaultPane("rl"), temperature: 1.2, topP: 1, steps: 12, blockLength: 12, remasking: "margin" },
        fitting({ ...defaultPane("instruct"), plan: "threshold", parameters: { tau: 0.5 } }, 36),
      ],
    };
    const picked = { ...scene.panes[0], picks: [{ step: 3, position: 7, token: 21 }] };
    const whole = { ...scene, panes: [picked, scene.panes[1]] };
    expect(sceneOf(`#${linkOf(whole)}`, usual)).toEqual(whole);
  });

  it("says what differs, in words that a person can read", () => {
    const panes = [{ ...defaultPane("instruct"), tieRule: "random" as const, temperature: 1.2 }];
    expect(linkOf({ ...usual, prompt: "a: b, c\n", panes, at: null })).toBe(
      "prompt=a:+b,+c&seed=1&a=model:instruct,T:1.2,ties:random",
    );
  });

  it("that is damaged gives settings that can be decoded", () => {
    for (const text of ["a=T:-1,steps:0,plan:nothing,block:7", "a=plan:threshold,with.nothing:1", "a=,,::"]) {
      const scene = sceneOf(text, usual);
      expect(() => configOf(scene.panes[0], scene.length)).not.toThrow();
    }
  });
});

it("settings that do not go together are moved until they do, for every plan, block and step count", () => {
  for (const plan of plans)
    for (const blockLength of blockChoices(36))
      for (const steps of stepChoices(36, blockLength))
        for (const remasking of ["margin", "neg-entropy"] as const) {
          const pane = fitting({ ...defaultPane("x"), plan, blockLength, steps, remasking }, 36);
          expect(() => configOf(pane, 36)).not.toThrow();
        }
});
