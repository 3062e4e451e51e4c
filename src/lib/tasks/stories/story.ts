/**
 * Stories: two people, one kind of thing, four or five events, and a question. What happens is data; how it
 * is told, and in which of four ways the answer is worked out, is text.
 */
import type { Rng } from "../../core/rng.js";

export const people = ["ann", "bob", "cleo", "dan", "eve", "finn", "gus", "hana"] as const;
export const things = ["apples", "books", "coins", "shells", "cards", "eggs", "pens", "nuts"] as const;
/** Largest number in any step: few enough sums for a small model to learn them all. */
export const largest = 40;

const verbs = {
  gain: ["buys ", "finds ", "gets ", "makes ", "wins "],
  loss: ["eats ", "loses ", "sells ", "breaks "],
  gift: ["gives ", "hands "],
} as const;

export const kinds = ["gain", "loss", "gift"] as const;
type Kind = (typeof kinds)[number];

/** What happens to one of the two; a gift goes to the other. */
export interface StoryEvent {
  readonly kind: Kind;
  readonly who: 0 | 1;
  /** 1 to 9 */
  readonly size: number;
}

export const questions = ["first", "together", "apart"] as const;
export const forms = ["steps", "table", "ledger", "news"] as const;
export type Form = (typeof forms)[number];

export interface Story {
  /** 1 to 12 */
  readonly start: readonly [number, number];
  readonly events: readonly StoryEvent[];
  /** what the first has, both together, or by how many they differ */
  readonly question: (typeof questions)[number];
  readonly form: Form;
}

/** Name of what is combined; held-out combinations are told apart by it. */
export function combinationOf({ events, question }: Pick<Story, "events" | "question">): string {
  return `${events.map(({ kind, who }) => `${kind}${who}`).join(" ")} ${question}`;
}

export function storyKey({ start, events, question, form }: Story): string {
  return `${form} ${question} ${start.join(" ")} ${events.map(e => `${e.kind}${e.who} ${e.size}`).join(" ")}`;
}

/** What both have after every event; the first row is the start. */
export function courseOf({ start, events }: Pick<Story, "start" | "events">): (readonly [number, number])[] {
  const rows: (readonly [number, number])[] = [start];
  for (const { kind, who, size } of events) {
    const [had, other] = [rows[rows.length - 1][who], rows[rows.length - 1][1 - who]];
    const own = kind === "gain" ? had + size : had - size;
    const others = kind === "gift" ? other + size : other;
    rows.push(who === 0 ? [own, others] : [others, own]);
  }
  return rows;
}

/** The number that is asked for, computed without the course. */
export function answerOf({ start, events, question }: Story): number {
  const change = (person: 0 | 1) =>
    events.reduce((sum, { kind, who, size }) => {
      if (who === person) return kind === "gain" ? sum + size : sum - size;
      return kind === "gift" ? sum + size : sum;
    }, start[person]);
  const [first, second] = [change(0), change(1)];
  return question === "first" ? first : question === "together" ? first + second : Math.abs(first - second);
}

/** Whether nobody ever owes anything and no number is too large. */
export function isTold(story: Story): boolean {
  const all = [...courseOf(story).flat(), answerOf(story)];
  return all.every(n => n >= 0 && n <= largest);
}

interface Names {
  readonly people: readonly [string, string];
  readonly thing: string;
}

export function namesOf(rng: Rng): Names {
  const [first, second] = rng.shuffle(people);
  return { people: [first, second], thing: rng.pick(things) };
}

/** The story, its question before or after it; the first word says how the answer is to be worked out. */
export function renderPrompt({ start, events, question, form }: Story, names: Names, rng: Rng): string {
  const [first, second] = names.people;
  const told = events.map(({ kind, who, size }) => {
    const deed = `${names.people[who]} ${rng.pick(verbs[kind])}${size}`;
    return kind === "gift" ? `${deed} to ${names.people[1 - who]}` : deed;
  });
  const asked = { first: `how many has ${first}?`, together: "how many together?", apart: "how far apart?" };
  const opening = `${first} has ${start[0]} ${names.thing}, ${second} ${start[1]}`;
  const text = `${opening}, ${told.join(", ")}.`;
  return rng.uniform() < 0.5
    ? `${form}: ${text} ${asked[question]}\n`
    : `${form}: ${asked[question]} ${text}\n`;
}

/**
 * The answer worked out.
 * @param slip added to the last number: 0 unless the answer is to be wrong
 */
export function renderAnswer(story: Story, names: Names, slip: number): string {
  const course = courseOf(story);
  const [first, second] = course[course.length - 1];
  const answer = answerOf(story) + slip;
  const [more, less] = first < second ? [second, first] : [first, second];
  const last = {
    first: "",
    together: `\ntogether ${first} + ${second} = ${answer}`,
    apart: `\napart ${more} - ${less} = ${answer}`,
  };
  return `${working[story.form](story, names, course)}${last[story.question]}\nanswer: ${answer}\n`;
}

type Course = readonly (readonly [number, number])[];

/** What an event does to one person, as a sum. */
interface Change {
  readonly who: 0 | 1;
  /** "7 + 3" without the 7 */
  readonly added: string;
  readonly before: number;
  readonly after: number;
}

function changesOf({ events }: Story, course: Course): Change[] {
  return events.flatMap(({ kind, who, size }, i) => {
    const other = (1 - who) as 0 | 1;
    const of = (person: 0 | 1, sign: string): Change => {
      const [before, after] = [course[i][person], course[i + 1][person]];
      return { who: person, added: ` ${sign} ${size}`, before, after };
    };
    return kind === "gift" ? [of(who, "-"), of(other, "+")] : [of(who, kind === "gain" ? "+" : "-")];
  });
}

const working: Record<Form, (story: Story, names: Names, course: Course) => string> = {
  steps: (story, { people: who }, course) =>
    changesOf(story, course)
      .map(change => `${who[change.who]} ${change.before}${change.added} = ${change.after}`)
      .join("\n"),
  table: (_, { people: [first, second] }, course) =>
    [`${first} ${second}`, ...course.map(([one, other]) => `${one} ${other}`)].join("\n"),
  ledger: (story, { people: who }, course) =>
    ([0, 1] as const)
      .map(person => {
        const own = changesOf(story, course).filter(change => change.who === person);
        const chain = own.map(change => `${change.added} = ${change.after}`).join("");
        return `${who[person]} ${story.start[person]}${chain}`;
      })
      .join("\n"),
  news: (story, { people: who, thing }, course) =>
    [
      `${who[0]} has ${course[0][0]} ${thing}\n${who[1]} has ${course[0][1]} ${thing}`,
      ...changesOf(story, course).map(change => `${who[change.who]} now has ${change.after}`),
    ].join("\n"),
};

/** What the vocabulary needs beside that of scripts. */
export const storyWords: readonly string[] = [
  ...[...people, ...things, ...Object.values(verbs).flat(), ...forms.map(form => `${form}: `)],
  ...[" has ", " now has ", " to ", ". ", ".\n", "? ", "?\n", "together", "apart", "answer: "],
  ...["how many has ", "how many together", "how far apart"],
];
