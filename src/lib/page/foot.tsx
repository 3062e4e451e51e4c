/** Where the page comes from, how to cite it, and under which terms it stands. */
import type { JSX } from "preact";
import { GlossaryList } from "./glossary.js";
import type { Made, PageInput } from "./input.js";

const citations = `@software{unmask,
  title = {Unmask: a workbench for masked-diffusion language models of code},
  year = {2026},
  license = {MIT}
}
@article{gong2025diffucoder,
  title = {DiffuCoder: Understanding and Improving Masked Diffusion Models for Code Generation},
  author = {Gong, Shansan and Zhang, Ruixiang and Zheng, Huangjie and Gu, Jiatao and Jaitly, Navdeep and
            Kong, Lingpeng and Zhang, Yizhe},
  journal = {arXiv preprint arXiv:2506.20639},
  year = {2025}
}`;

export function Foot({ input: { made, own, root } }: { readonly input: PageInput }): JSX.Element {
  return (
    <footer>
      <GlossaryList />
      <details>
        <summary>Cite</summary>
        <pre>{citations}</pre>
      </details>
      <p>
        {made === null ? "How these numbers were made is not recorded." : `Published: ${madeInWords(made)}`}
      </p>
      {own && <p>{own.made === null ? "" : `Your run: ${madeInWords(own.made)}`}</p>}
      <p>
        Intervals are 95%, over training seeds or runs. Each criterion carries the day since when it stands;{" "}
        <code>npm run verify</code> computes every claim again from the shipped logs. Made by{" "}
        <code>npm run reproduce</code>; <a href={`${root}README.md`}>README</a>,{" "}
        <a href={`${root}LICENSE`}>MIT licence</a>.
      </p>
    </footer>
  );
}

export function madeInWords(made: Made): string {
  const { profile, commit, dirty, sources, date, machine, node, backend } = made;
  const at = `commit ${commit.slice(0, 10)}${dirty ? ", changed" : ""}, sources ${sources.slice(0, 10)}`;
  const where = commit === "unknown" ? "outside a checkout" : at;
  return `profile ${profile}, ${where}, ${date.slice(0, 10)}, ${machine}, Node ${node}, ${backend}.`;
}
