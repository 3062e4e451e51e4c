/** The playground's page. */
import { render } from "preact";
import { App } from "./app.js";
import { readBoot } from "./embedded.js";

const place = document.getElementById("app");
if (place !== null) {
  const boot = readBoot();
  place.replaceChildren();
  render(<App boot={boot} />, place);
}
