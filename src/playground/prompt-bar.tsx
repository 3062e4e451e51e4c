/** The prompt: a sentence of menus, or a text of one's own in which unknown words are grey. */
import { useEffect, useState } from "preact/hooks";
import {
  evaluate,
  filters,
  filterWords,
  forms,
  maps,
  mapWords,
  plainPrompt,
  reduces,
  reduceWords,
  specOf,
  type MiniPySpec,
  type Span,
} from "../lib/instrument.js";

interface Props {
  readonly prompt: string;
  readonly seed: number;
  readonly onPrompt: (prompt: string, name: string) => void;
  readonly onSeed: (seed: number, name: string) => void;
  /** tokens to decode; null where the models were made for one length */
  readonly length: number | null;
  readonly onLength: (length: number) => void;
  readonly words: (text: string) => Promise<readonly Span[]>;
}

export function PromptBar(props: Props) {
  const { prompt, seed, length, onPrompt, onSeed } = props;
  const [hasRun, setHasRun] = useState(false);
  const spec = specOf(prompt);
  const [writes, setWrites] = useState(spec === null);
  const isMenu = spec !== null && !writes;
  return (
    <section class="prompt" aria-label="Prompt">
      {isMenu ? (
        <Menus spec={spec} onSpec={next => onPrompt(plainPrompt(next), "!prompt")} />
      ) : (
        <OwnText {...props} />
      )}
      <div class="prompt-tools">
        <button
          type="button"
          class="quiet"
          onClick={() => {
            if (!isMenu && spec === null)
              onPrompt(plainPrompt(specOf(examplePrompt) as MiniPySpec), "!prompt");
            setWrites(isMenu);
          }}
        >
          {isMenu ? "Write my own" : "Choose from menus"}
        </button>
        <label class="seed">
          seed{" "}
          <input
            type="number"
            min={0}
            max={2 ** 31 - 1}
            value={seed}
            onInput={event => {
              const value = Number(event.currentTarget.value);
              if (Number.isInteger(value) && value >= 0 && value < 2 ** 31) onSeed(value, "seed");
            }}
          />
        </label>
        {length !== null && (
          <label class="seed">
            tokens{" "}
            <input
              type="number"
              min={1}
              max={256}
              value={length}
              onInput={event => {
                const value = Number(event.currentTarget.value);
                if (Number.isInteger(value) && value >= 1 && value <= 256) props.onLength(value);
              }}
            />
          </label>
        )}
        <button
          type="button"
          class="primary"
          id="run"
          onClick={() => {
            setHasRun(true);
            onSeed(seed + 1, "!seed");
          }}
        >
          {hasRun ? "Run it again" : "Run it yourself"}
        </button>
      </div>
    </section>
  );
}

export const examplePrompt = "loop: take even items, squared, return sum\n";

function Menus({ spec, onSpec }: { readonly spec: MiniPySpec; readonly onSpec: (spec: MiniPySpec) => void }) {
  const { filterK, mapK } = spec;
  const bare = (words: string) => words.replace(/ \d$/, "");
  const set = (change: Partial<MiniPySpec>) => onSpec({ ...spec, ...change });
  const [filterWord, mapWord] = [filterWords(filterK)[spec.filter][0], mapWords(mapK)[spec.map][0]];
  const example = [3, 8, 5, 2];
  const value = evaluate(spec, example);
  return (
    <div class="menus">
      <p class="sentence">
        <Menu
          label="Form"
          value={spec.form}
          options={forms.map(form => [form, form])}
          onSet={form => set({ form })}
        />
        : take{" "}
        <Menu
          label="Filter"
          value={spec.filter}
          options={filters.map(name => [name, bare(filterWords(filterK)[name][0])])}
          onSet={filter => set({ filter })}
        />
        {/\d$/.test(filterWord) && (
          <Digit label="Filter's number" value={filterK} onSet={k => set({ filterK: k })} />
        )}
        ,{" "}
        <Menu
          label="Map"
          value={spec.map}
          options={maps.map(name => [name, bare(mapWords(mapK)[name][0])])}
          onSet={map => set({ map })}
        />
        {/\d$/.test(mapWord) && <Digit label="Map's number" value={mapK} onSet={k => set({ mapK: k })} />},
        return{" "}
        <Menu
          label="Return"
          value={spec.reduce}
          options={reduces.map(name => [name, reduceWords[name][0]])}
          onSet={reduce => set({ reduce })}
        />
      </p>
      <p class="hint">
        A right program gives{" "}
        <code>
          f([{example.join(", ")}]) = {typeof value === "number" ? value : `[${value.join(", ")}]`}
        </code>
      </p>
    </div>
  );
}

function Menu<T extends string>({
  label,
  value,
  options,
  onSet,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onSet: (value: T) => void;
}) {
  const words = options.find(([name]) => name === value)?.[1] ?? value;
  return (
    <span class="menu">
      <span aria-hidden="true">{words}</span>
      <select aria-label={label} value={value} onChange={event => onSet(event.currentTarget.value as T)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}

function Digit({
  label,
  value,
  onSet,
}: {
  readonly label: string;
  readonly value: number;
  readonly onSet: (n: number) => void;
}) {
  const options = [2, 3, 4, 5, 6, 7, 8, 9].map(n => [String(n), String(n)] as const);
  return (
    <>
      {" "}
      <Menu label={label} value={String(value)} options={options} onSet={text => onSet(Number(text))} />
    </>
  );
}

function OwnText({ prompt, onPrompt, words }: Props) {
  const [text, setText] = useState(prompt.replace(/\n$/, ""));
  const [spans, setSpans] = useState<readonly Span[]>([]);
  // Undoing changes the prompt from outside.
  useEffect(() => setText(prompt.replace(/\n$/, "")), [prompt]);
  useEffect(() => {
    let wanted = true;
    words(text).then(
      found => wanted && setSpans(found),
      () => wanted && setSpans([]),
    );
    return () => (wanted = false);
  }, [text, words]);
  const unknown = spans.filter(span => !span.known && span.text.trim() !== "");
  return (
    <div class="own">
      <div class="editor">
        <div class="under" aria-hidden="true">
          {spans.map((span, i) => (
            <span key={i} class={span.known ? "" : "unknown"}>
              {span.text}
            </span>
          ))}
        </div>
        <input
          type="text"
          aria-label="Prompt"
          aria-describedby="unknown-words"
          spellcheck={false}
          value={text}
          onInput={event => {
            setText(event.currentTarget.value);
            onPrompt(`${event.currentTarget.value}\n`, "prompt");
          }}
        />
      </div>
      <p class="hint" id="unknown-words">
        {unknown.length === 0
          ? "The model knows all of these words."
          : "Grey is what this model has no token for: it does not see it."}
      </p>
    </div>
  );
}
