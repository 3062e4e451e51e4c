/** Everything that a pane's decoding can be told. */
import type { ComponentChildren } from "preact";
import {
  blockChoices,
  endsItself,
  namedPolicy,
  plans,
  policyNames,
  scoresOf,
  stepChoices,
  tieRules,
  type ModelCard,
  type PaneSettings,
  type Plan,
} from "../lib/instrument.js";

interface Props {
  readonly pane: PaneSettings;
  readonly other: PaneSettings | undefined;
  readonly length: number;
  readonly models: readonly ModelCard[];
  readonly autoregressive: boolean;
  readonly onSet: (change: Partial<PaneSettings>, name: string) => void;
}

const planWords: Readonly<Record<Plan, string>> = {
  llada: "the surest, evenly",
  dream: "the surest, by Dream's times",
  origin: "any, with Dream's probability",
  threshold: "all above a threshold",
  factor: "all that a factor allows",
  "entropy-bounded": "all within an entropy bound",
  dilated: "far-apart ones together (dilated)",
  lookahead: "look ahead, keep the best state",
  dllm: "dllm's schedule in blocks",
};

const scoreWords: Readonly<Record<PaneSettings["remasking"], string>> = {
  "neg-entropy": "entropy",
  "neg-entropy-untempered": "entropy, untempered",
  probability: "probability",
  "probability-untempered": "probability, untempered",
  margin: "margin of the two best",
  random: "none: random",
};

export function SettingsPanel({ pane, other, length, models, autoregressive, onSet }: Props) {
  const differs = (field: keyof PaneSettings) =>
    other !== undefined && JSON.stringify(pane[field]) !== JSON.stringify(other[field]);
  const steps = stepChoices(length, pane.blockLength);
  const sets = (field: keyof PaneSettings) => (value: string) => onSet({ [field]: value }, field);
  return (
    <div class="settings">
      <Choice label="Model" differs={differs("model")} value={pane.model} onSet={sets("model")}>
        {models.map(({ name, title }) => [name, title])}
      </Choice>
      <Slider
        {...{ label: "Temperature", differs: differs("temperature"), min: 0, max: 2, step: 0.05 }}
        value={pane.temperature}
        shown={pane.temperature.toFixed(2)}
        onSet={temperature => onSet({ temperature }, "temperature")}
      />
      <Slider
        {...{ label: "Top-p", differs: differs("topP"), min: 0.05, max: 1, step: 0.05 }}
        value={pane.topP}
        shown={pane.topP.toFixed(2)}
        onSet={topP => onSet({ topP: Number(topP.toFixed(2)) }, "topP")}
      />
      {!autoregressive && (
        <>
          <Choice label="Ties" differs={differs("tieRule")} value={pane.tieRule} onSet={sets("tieRule")}>
            {tieRules.map(rule => [rule, rule])}
          </Choice>
          <Choice
            label="Order by"
            differs={differs("remasking")}
            value={pane.remasking}
            onSet={sets("remasking")}
          >
            {scoresOf(pane.plan).map(score => [score, scoreWords[score]])}
          </Choice>
          <Choice
            label="A step commits"
            differs={differs("plan")}
            value={pane.plan}
            onSet={plan => onSet({ plan: plan as Plan, parameters: {} }, "!plan")}
          >
            {plans.map(plan => [plan, planWords[plan]])}
          </Choice>
          <Slider
            {...{ label: "Steps", differs: differs("steps"), min: 0, max: steps.length - 1, step: 1 }}
            value={steps.indexOf(pane.steps)}
            shown={endsItself(pane.plan) ? "its own" : String(pane.steps)}
            disabled={endsItself(pane.plan)}
            onSet={index => onSet({ steps: steps[index] }, "steps")}
          />
          <Choice
            label="Blocks"
            differs={differs("blockLength")}
            value={String(pane.blockLength)}
            onSet={text => onSet({ blockLength: text === "null" ? null : Number(text) }, "blockLength")}
          >
            {blockChoices(length).map(size => [String(size), size === null ? "whole" : `of ${size}`])}
          </Choice>
          <Parameters pane={pane} onSet={onSet} />
        </>
      )}
    </div>
  );
}

/** A named policy's own. */
function Parameters({ pane, onSet }: Pick<Props, "pane" | "onSet">) {
  const name = policyNames.find(policy => policy === pane.plan);
  if (name === undefined) return null;
  const set = (key: string, value: number | string) =>
    onSet({ parameters: { ...pane.parameters, [key]: value } }, `with ${key}`);
  return (
    <>
      {Object.entries(namedPolicy(name).parameters).map(([key, parameter]) => {
        const value = pane.parameters[key] ?? parameter.default;
        if ("values" in parameter)
          return (
            <Choice
              key={key}
              label={key}
              value={String(value)}
              title={parameter.description}
              onSet={text => set(key, text)}
            >
              {parameter.values.map(word => [word, word])}
            </Choice>
          );
        const { min, whole = false } = parameter;
        const max = parameter.max ?? Math.max(8, 4 * parameter.default);
        return (
          <Slider
            key={key}
            {...{ label: key, min, max, step: whole ? 1 : 0.05, title: parameter.description }}
            value={Number(value)}
            shown={String(Number(Number(value).toFixed(2)))}
            onSet={number => set(key, Number(number.toFixed(2)))}
          />
        );
      })}
    </>
  );
}

interface Labelled {
  readonly label: string;
  readonly differs?: boolean;
  readonly title?: string;
}

function Field({
  label,
  differs = false,
  title,
  children,
}: Labelled & { readonly children: ComponentChildren }) {
  return (
    <label class={differs ? "field differs" : "field"} title={title}>
      {children}
      <span class="name">{label}</span>
    </label>
  );
}

function Choice({
  value,
  onSet,
  children,
  ...labelled
}: Labelled & {
  readonly value: string;
  readonly onSet: (value: string) => void;
  readonly children: readonly (readonly [string, string])[];
}) {
  return (
    <Field {...labelled}>
      <select value={value} onChange={event => onSet(event.currentTarget.value)}>
        {children.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Slider({
  value,
  shown,
  min,
  max,
  step,
  disabled = false,
  onSet,
  ...labelled
}: Labelled & {
  readonly value: number;
  readonly shown: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly disabled?: boolean;
  readonly onSet: (value: number) => void;
}) {
  return (
    <Field {...labelled}>
      <span class="slider">
        <input
          type="range"
          {...{ min, max, step, value, disabled }}
          aria-valuetext={shown}
          onInput={event => onSet(Number(event.currentTarget.value))}
        />
        <output>{shown}</output>
      </span>
    </Field>
  );
}
