/** A completion being written: every token in the colour of its step, masks where nothing is yet. */
import { useRef, useState } from "preact/hooks";
import type { Recording } from "../lib/instrument.js";
import { linesOf, spoken, type Fragment } from "./layout.js";
import { shadeOf } from "./order-color.js";

export interface CodeProps {
  readonly recording: Recording;
  /** steps that have been made */
  readonly made: number;
  readonly label: string;
  readonly pending: boolean;
  readonly focus: number | null;
  readonly picked: ReadonlySet<number>;
  /** looked at; null: no longer. `keep` holds it when the pointer leaves. */
  readonly onLook: (position: number | null, keep: boolean) => void;
}

export function Code(props: CodeProps) {
  const { recording, made, label, pending, onLook } = props;
  const root = useRef<HTMLDivElement>(null);
  const [tabStop, setTabStop] = useState(0);
  const lines = linesOf(recording);
  const move = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    const next = Math.min(Math.max(tabStop + by, 0), recording.tokens.length - 1);
    setTabStop(next);
    root.current?.querySelector<HTMLElement>(`[data-position="${next}"]`)?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  const tokenProps = { ...props, tabStop, onStop: setTabStop };
  return (
    <div
      class={pending ? "code pending" : "code"}
      ref={root}
      role="group"
      aria-label={`${label}: completion, ${Math.min(made, recording.steps)} of ${recording.steps} steps`}
      onKeyDown={move}
      onPointerLeave={() => onLook(null, false)}
    >
      {lines.map((line, i) => (
        <div class="line" key={i}>
          {line.map((fragment, j) => (
            <Token key={j} fragment={fragment} {...tokenProps} />
          ))}
        </div>
      ))}
      <Tail {...tokenProps} />
    </div>
  );
}

type TokenProps = CodeProps & { readonly tabStop: number; readonly onStop: (position: number) => void };

function Token({ fragment, ...props }: TokenProps & { readonly fragment: Fragment }) {
  const { position, text, first, indent } = fragment;
  if (indent) return <span class="indent">{text}</span>;
  const look = lookOf(position, props);
  const rank = look.done && first ? String(props.recording.stepOf[position] + 1) : "";
  const common = {
    class: `token ${look.classes}`,
    "data-rank": rank,
    style: look.style,
    onPointerEnter: () => props.onLook(position, false),
    onClick: () => props.onLook(position, true),
  };
  if (!first)
    return (
      <span {...common} aria-hidden="true">
        <span class="text">{text}</span>
      </span>
    );
  return (
    <button {...common} {...stopOf(position, props)} {...namesOf(position, props)} type="button">
      <span class="text">{text}</span>
    </button>
  );
}

/** What stands after the end: squares without text, which take part in the order all the same. */
function Tail(props: TokenProps) {
  const { tokens, length } = props.recording;
  if (length === tokens.length) return null;
  return (
    <div class="tail">
      {tokens.slice(length).map((_, i) => {
        const position = length + i;
        const { classes, style } = lookOf(position, props);
        return (
          <button
            key={position}
            type="button"
            class={`square ${classes}`}
            style={style}
            {...stopOf(position, props)}
            {...namesOf(position, props)}
            onPointerEnter={() => props.onLook(position, false)}
            onClick={() => props.onLook(position, true)}
          />
        );
      })}
      <span class="note">end of text and padding</span>
    </div>
  );
}

function lookOf(position: number, { recording, made, focus, picked }: TokenProps) {
  const step = recording.stepOf[position];
  const done = step >= 0 && step < made;
  const names = [
    ...(done ? [] : ["mask"]),
    ...(done && step === made - 1 && made < recording.steps ? ["fresh"] : []),
    ...(focus === position ? ["seen"] : []),
    ...(picked.has(position) ? ["picked"] : []),
  ];
  return { done, classes: names.join(" "), style: done ? { ...shadeOf(step, recording.steps) } : undefined };
}

function stopOf(position: number, { tabStop, onStop, onLook }: TokenProps) {
  return {
    "data-position": position,
    tabIndex: position === tabStop ? 0 : -1,
    onFocus: () => {
      onStop(position);
      onLook(position, false);
    },
  };
}

/** What is written is its own name; a sign or a mask is named in words. */
function namesOf(position: number, { recording, made }: TokenProps) {
  const { stepOf, tokens, length } = recording;
  const step = stepOf[position];
  const place = `position ${position + 1}`;
  if (step < 0 || step >= made) return { "aria-label": "mask", "aria-description": place };
  const text = position >= length ? "end or padding" : tokens[position];
  const isNamed = position < length && /[a-z0-9]/i.test(text);
  return {
    "aria-label": isNamed ? undefined : spoken(text),
    "aria-description": `${place}, committed at step ${step + 1}`,
  };
}
