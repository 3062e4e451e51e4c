/** JupyterLab's own window, with a notebook open in it and a Chromium around it: for pictures and tests. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { UserError } from "../core/errors.js";
import { chromiumFlags } from "../setup/chromium.js";
import { labProgram, type Lab } from "../setup/lab.js";

export interface LabWindow {
  readonly page: Page;
  /** the server's, whose children kernels are */
  readonly pid: number;
  close(): Promise<void>;
}

export interface LabWindowOptions {
  /** as seen from the project's folder */
  readonly notebook: string;
  readonly executablePath: string;
  readonly width: number;
  readonly height: number;
  /** device pixels a pixel */
  readonly scale?: number;
}

/** Longest time of a start on a busy machine, in milliseconds. */
const patience = 60_000;

/** Opens one notebook alone, its kernel ready; what a person has set in JupyterLab is neither used nor changed. */
export async function openLabWindow(lab: Lab, options: LabWindowOptions): Promise<LabWindow> {
  const { notebook, executablePath, width, height, scale = 1 } = options;
  const settings = mkdtempSync(join(tmpdir(), "unmask-lab-"));
  const server = startServer(lab, settings);
  const close = async () => {
    server.kill("SIGTERM");
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
    rmSync(settings, { recursive: true, force: true });
  };
  try {
    const address = await addressOf(server);
    const browser = await chromium.launch({ executablePath, args: chromiumFlags });
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
    const closeBoth = async () => {
      await browser.close();
      await close();
    };
    try {
      await page.goto(`${address.origin}/doc/tree/${notebook}${address.search}`, { timeout: patience });
      // before that, a cell that is run is forgotten
      await page.locator("#jp-main-statusbar", { hasText: "| Idle" }).waitFor({ timeout: patience });
    } catch (error) {
      await closeBoth();
      throw error;
    }
    return { page, pid: server.pid as number, close: closeBoth };
  } catch (error) {
    await close();
    throw error;
  }
}

function startServer(lab: Lab, settings: string): ChildProcess {
  const quiet = { "@jupyterlab/apputils-extension:announcements": true };
  mkdirSync(join(settings, "labconfig"));
  writeFileSync(
    join(settings, "labconfig", "page_config.json"),
    JSON.stringify({ disabledExtensions: quiet }),
  );
  const { program, args, cwd, env } = labProgram(lab, { noBrowser: true });
  const own = {
    JUPYTER_CONFIG_DIR: settings,
    JUPYTER_RUNTIME_DIR: join(settings, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(settings, "user"),
    JUPYTERLAB_WORKSPACES_DIR: join(settings, "workspaces"),
  };
  return spawn(program, args, { cwd, env: { ...env, ...own }, stdio: ["ignore", "ignore", "pipe"] });
}

/** What the server says that it answers to, with its token. */
async function addressOf(server: ChildProcess): Promise<URL> {
  let said = "";
  const found = new Promise<URL>((done, refuse) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const address = /http:\/\/(?:localhost|127\.0\.0\.1):\d+\/\S+token=\w+/.exec(said);
      if (address !== null) done(new URL(address[0]));
    });
    const failed = () => refuse(new UserError(`lab: JupyterLab did not start: ${said.trim().slice(-300)}`));
    server.once("exit", failed);
    server.once("error", failed);
    setTimeout(failed, patience).unref();
  });
  return found;
}
