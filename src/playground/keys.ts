/** The page's keys, where no field has the focus. */
import { useEffect, useRef } from "preact/hooks";

export interface KeyActions {
  readonly play: () => void;
  readonly go: (by: number | "first" | "last") => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly preset: (number: number) => void;
  readonly again: () => void;
  readonly help: () => void;
}

export function useKeys(actions: KeyActions): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (press(event, current.current)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** @returns whether the key is one of the page's */
function press(event: KeyboardEvent, actions: KeyActions): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event;
  if (altKey || document.querySelector("dialog[open]") !== null) return false;
  if (target instanceof Element && target.matches("input[type=text], input[type=number], select, textarea"))
    return false;
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() !== "z") return false;
    (shiftKey ? actions.redo : actions.undo)();
    return true;
  }
  const onButton = target instanceof Element && target.matches("button, a, summary, input");
  switch (key) {
    case " ":
      if (onButton && !(target instanceof HTMLElement && target.dataset["position"] !== undefined))
        return false;
      actions.play();
      return true;
    case "ArrowLeft":
      if (target instanceof HTMLInputElement) return false;
      actions.go(-1);
      return true;
    case "ArrowRight":
      if (target instanceof HTMLInputElement) return false;
      actions.go(1);
      return true;
    case "Home":
      actions.go("first");
      return true;
    case "End":
      actions.go("last");
      return true;
    case "?":
      actions.help();
      return true;
    case "r":
      actions.again();
      return true;
    default:
      if (!/^[1-9]$/.test(key)) return false;
      actions.preset(Number(key));
      return true;
  }
}
