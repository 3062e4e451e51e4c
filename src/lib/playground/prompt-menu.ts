/** A prompt of MiniPy in its plain wording, read back into what it asks for: menus stand on it. */
import { filterWords, mapWords, reduceWords } from "../tasks/minipy-render.js";
import { filters, forms, maps, reduces, type MiniPySpec } from "../tasks/minipy-spec.js";

/** What a plain prompt asks for; null for a text of one's own. */
export function specOf(prompt: string): MiniPySpec | null {
  const read = /^(\w+): take ([^,]+), ([^,]+), return ([^,]+)\n$/.exec(prompt);
  if (read === null) return null;
  const [, formWord, filterWord, mapWord, reduceWord] = read;
  const [filterK, mapK] = [numberIn(filterWord), numberIn(mapWord)];
  const form = forms.find(name => name === formWord);
  const filter = filters.find(name => filterWords(filterK)[name][0] === filterWord);
  const map = maps.find(name => mapWords(mapK)[name][0] === mapWord);
  const reduce = reduces.find(name => reduceWords[name][0] === reduceWord);
  if (form === undefined || filter === undefined || map === undefined || reduce === undefined) return null;
  return { form, filter, filterK, map, mapK, reduce };
}

/** The number of a wording, from 2 to 9; where there is none, one that menus may show. */
function numberIn(words: string): number {
  return Number(/\b[2-9]\b/.exec(words)?.[0] ?? 3);
}
