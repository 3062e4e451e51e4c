/**
 * Problems and training examples of stories: seeded, evenly spread, with held-out combinations of events.
 */
import type { Split } from "../../core/records.js";
import { Rng } from "../../core/rng.js";
import { distinctProblems } from "../distinct-problems.js";
import type { Mistakes, SeededTask, TrainingExample } from "../task.js";
import {
  answerOf,
  combinationOf,
  forms,
  isTold,
  kinds,
  namesOf,
  questions,
  renderAnswer,
  renderPrompt,
  storyKey,
  type Form,
  type Story,
  type StoryEvent,
} from "./story.js";

/** Shares of the combinations that no training example shows; the same for every seed. */
const devShare = 0.04;
const testShare = 0.08;

const heldOut = Rng.fromSeed(20250620).split("stories held out");

/** The split that a combination belongs to. */
export function splitOfCombination(combination: string): Split {
  const u = heldOut.split(combination).uniform();
  return u < devShare ? "dev" : u < devShare + testShare ? "test" : "train";
}

interface Stratum {
  readonly question: Story["question"];
  readonly form: Form;
}

/** Any question with any form, in turn. */
function stratumOf(index: number): Stratum {
  return {
    form: forms[index % forms.length],
    question: questions[Math.floor(index / forms.length) % questions.length],
  };
}

function drawStory(rng: Rng, split: Split, stratum: Stratum): Story {
  for (let draw = 0; ; draw++) {
    const own = rng.split(draw);
    const events = Array.from(
      { length: fewestEvents + own.int(mostEvents - fewestEvents + 1) },
      (): StoryEvent => {
        const kind = own.pick(kinds);
        return { kind, who: own.pick([0, 1] as const), size: 1 + own.int(9) };
      },
    );
    const story: Story = { start: [1 + own.int(12), 1 + own.int(12)], events, ...stratum };
    if (isTold(story) && giftsOf(story) <= mostGifts && splitOfCombination(combinationOf(story)) === split)
      return story;
  }
}

function giftsOf({ events }: Story): number {
  return events.filter(({ kind }) => kind === "gift").length;
}

/** So many that answers are as long as scripts, and fit the canvas. */
const [fewestEvents, mostEvents, mostGifts] = [4, 5, 2];

/**
 * One training example out of the endless stream; its last number is one too low in `mistakeShare` of them.
 */
function example(rng: Rng, { mistakeShare }: Mistakes): TrainingExample {
  const stratum = { question: rng.pick(questions), form: rng.pick(forms) };
  const story = drawStory(rng.split("story"), "train", stratum);
  const slips = answerOf(story) > 0 && rng.split("mistake").uniform() < mistakeShare;
  const names = namesOf(rng.split("names"));
  return {
    prompt: renderPrompt(story, names, rng.split("words")),
    completion: renderAnswer(story, names, slips ? -1 : 0),
    form: story.form,
    combination: combinationOf(story),
  };
}

export const stories: SeededTask = {
  name: "stories",
  about: "word problems about two people, by their final number",
  problems: query =>
    distinctProblems("stories", query, (rng, index) => {
      const story = drawStory(rng.split("story"), query.split, stratumOf(index));
      return {
        key: storyKey(story),
        problem: () => {
          const names = namesOf(rng.split("names"));
          return {
            prompt: renderPrompt(story, names, rng.split("words")),
            solution: renderAnswer(story, names, 0),
            form: story.form,
            combination: combinationOf(story),
          };
        },
      };
    }),
  read: (text, { solution }) => ({
    correct: lastNumber(text) !== null && lastNumber(text) === lastNumber(solution),
  }),
  example,
};

/** The number that an answer ends in, or null. */
function lastNumber(text: string): number | null {
  const match = /answer: (\d+)\n?$/.exec(text);
  return match === null ? null : Number(match[1]);
}
