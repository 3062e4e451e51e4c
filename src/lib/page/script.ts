/**
 * What the page does beyond showing: filter and search, figures that answer to the mouse, the playground in
 * place. Its text goes into the page, so it refers to nothing outside itself.
 */
export function enhance(): void {
  const all = <E extends Element>(query: string) => [...document.querySelectorAll<E>(query)];
  const form = document.querySelector<HTMLFormElement>("form.search");
  const rows = all<HTMLElement>("details.claim");

  function filter(): void {
    const words = (form?.querySelector<HTMLInputElement>("[type=search]")?.value ?? "")
      .toLowerCase()
      .split(/\s+/);
    const verdicts = all<HTMLInputElement>("form.search [type=checkbox]:checked").map(box => box.value);
    const fits = (row: HTMLElement) => {
      const text = (row.textContent ?? "").toLowerCase();
      return verdicts.includes(row.dataset.verdict ?? "") && words.every(word => text.includes(word));
    };
    for (const row of rows) row.hidden = !fits(row);
    const shown = rows.filter(row => !row.hidden).length;
    document.body.classList.toggle("filtered", shown < rows.length);
    for (const chapter of all<HTMLElement>("section.chapter"))
      chapter.hidden = shown < rows.length && chapter.querySelector("details.claim:not([hidden])") === null;
    const output = form?.querySelector("output");
    if (output) output.textContent = shown < rows.length ? `${shown} of ${rows.length} claims` : "";
  }
  if (form) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", event => event.preventDefault());
  }

  /** A claim that a square leads to opens. */
  function openTarget(): void {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
    for (
      let up = target?.closest("details:not([open])");
      up;
      up = up.parentElement?.closest("details:not([open])")
    )
      up.setAttribute("open", "");
    target?.scrollIntoView();
  }
  addEventListener("hashchange", openTarget);
  if (location.hash) openTarget();

  const loaded = new Map<string, Promise<void>>();
  function load(src: string): Promise<void> {
    const script = document.createElement("script");
    const done = new Promise<void>((resolve, reject) => {
      script.onload = () => resolve();
      script.onerror = () => reject(new Error(src));
    });
    script.src = src;
    document.head.append(script);
    return done;
  }
  const once = (src: string) => loaded.get(src) ?? (loaded.set(src, load(src)), loaded.get(src));

  interface Spec {
    readonly data: object;
    readonly layout: object;
    readonly narrowLayout: object;
  }
  const page = globalThis as unknown as {
    readonly Plotly: { newPlot(place: Element, data: object, layout: object, config: object): Promise<void> };
    readonly unmaskFigures: Readonly<Record<string, Spec>>;
  };
  const root = document.body.dataset.root ?? "";

  async function explore(button: HTMLButtonElement): Promise<void> {
    const name = button.dataset.explore ?? "";
    const place = document.querySelector(`[data-plot="${name}"]`);
    if (place === null) return;
    button.disabled = true;
    try {
      await once(`${root}node_modules/plotly.js-dist-min/plotly.min.js`);
      await once(button.dataset.from ?? "");
      const { data, layout, narrowLayout } = page.unmaskFigures[name];
      place.replaceChildren();
      const fitting = innerWidth < 760 ? narrowLayout : layout;
      await page.Plotly.newPlot(place, data, fitting, { responsive: true, displaylogo: false });
      button.remove();
    } catch {
      button.replaceWith("To explore it, run npm install in the project's folder, then reload.");
    }
  }
  for (const button of all<HTMLButtonElement>("[data-explore]")) {
    button.hidden = document.querySelector(`[data-plot="${button.dataset.explore}"]`) === null;
    button.addEventListener("click", () => void explore(button));
  }

  for (const link of all<HTMLAnchorElement>("[data-playground]"))
    link.addEventListener("click", event => {
      if (innerWidth < 700 || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const frame = document.createElement("iframe");
      frame.src = `${link.dataset.playground}#embed`;
      frame.title = "Playground";
      frame.className = "playground-frame";
      document.querySelector(".playing")?.replaceChildren(frame); // which has a link to the whole page
    });
}
