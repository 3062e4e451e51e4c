/** The filter's place; it appears with the script that serves it. */
import type { JSX } from "preact";
import { outcomes, outcomeWords } from "../claims/claim.js";

export function Search(): JSX.Element {
  return (
    <form class="search" role="search" hidden>
      <label>
        <span class="hidden">Search the claims</span>
        <input type="search" placeholder="Search claims: ties, pass@k, F7 …" />
      </label>
      <fieldset>
        <legend class="hidden">Verdicts shown</legend>
        {outcomes.map(outcome => (
          <label class="chip">
            <input type="checkbox" value={outcome} checked /> {outcomeWords[outcome]}
          </label>
        ))}
      </fieldset>
      <output aria-live="polite" />
    </form>
  );
}
