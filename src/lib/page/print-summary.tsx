/** What a printer gets beside the first screen, on the same sheet: the verdicts, chapter by chapter. */
import type { JSX } from "preact";
import { chapters, outcomes, outcomeWords, type Chapter } from "../claims/claim.js";
import { inReadingOrder } from "./headlines.js";
import type { PageInput } from "./input.js";

export function PrintSummary({ input: { claims } }: { readonly input: PageInput }): JSX.Element {
  const names = Object.keys(chapters) as Chapter[];
  return (
    <table class="print">
      <thead>
        <tr>
          <th>Chapter</th>
          {outcomes.map(outcome => (
            <th>{outcomeWords[outcome]}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map(name => (
          <tr>
            <th>{chapters[name]}</th>
            {outcomes.map(outcome => (
              <td>
                {inReadingOrder(claims.filter(claim => claim.chapter === name && claim.verdict === outcome))
                  .map(({ id }) => id)
                  .join(", ")}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
