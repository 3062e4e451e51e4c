/**
 * JupyterLab on the notebooks: finds one or installs one into the project's folder, shows it this project's
 * kernel and the renderer of interactive figures, and starts it. Nothing outside the folder is changed.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "../core/errors.js";
import { linkPackage } from "./link-package.js";
import { packageRoot } from "../host/package-root.js";
import { pipInstall, requirementsFile } from "./pinned-wheels.js";
import { StepFailure, findOnPath, runProgram, step } from "./setup-step.js";

const oldestJupyterLab = 4;

/** How JupyterLab will be started. */
export interface Lab {
  readonly python: string;
  readonly version: string;
  /** JUPYTER_PATH: where the kernel and the figure renderer are */
  readonly jupyterPath: string;
  /** false when the renderer could not be had: figures are then shown as pictures */
  readonly interactiveFigures: boolean;
  /** folder from which Jupyter takes the kernel "tslab" */
  readonly kernelFolder: string;
}

export interface LabOptions {
  readonly port?: number;
  /** print the address instead of opening a browser */
  readonly noBrowser: boolean;
}

/**
 * Makes JupyterLab, the kernel and the figure renderer ready, saying each step. Throws UserError where there
 * is no Python with which to install JupyterLab, or where Jupyter would not use this project's kernel.
 */
export async function prepareLab(root: string = packageRoot): Promise<Lab> {
  const log = join(root, ".native", "lab.log");
  mkdirSync(join(root, ".native"), { recursive: true });
  if (!existsSync(join(root, "dist/lib/index.js")))
    throw new UserError(
      "lab: the library is not built, so notebooks could not import it; run npm run build.",
    );
  linkPackage(root);
  const found = await step("looking for JupyterLab 4", () => findJupyterLab(root, log));
  const { python, version } = found ?? (await installJupyterLab(root, log));
  const interactiveFigures = await placeRenderer(root, python, log);
  const folders = [join(root, "jupyter"), join(root, rendererShare), process.env.JUPYTER_PATH ?? ""];
  const jupyterPath = folders.filter(folder => folder !== "").join(delimiter);
  const kernelFolder = await step("asking Jupyter for the kernel", () =>
    findKernel(python, jupyterPath, log),
  );
  if (kernelFolder !== join(root, "jupyter/kernels/tslab"))
    throw new UserError(
      `lab: Jupyter takes the kernel "tslab" from ${kernelFolder || "nowhere"}; remove that kernel, or ` +
        "clear JUPYTER_PATH.",
    );
  return { python, version, jupyterPath, interactiveFigures, kernelFolder };
}

/** How the server is started, whoever reads what it says. */
export function labProgram(lab: Lab, options: LabOptions, root: string = packageRoot) {
  const args = [
    "-m",
    "jupyterlab",
    `--ServerApp.root_dir=${root}`,
    "--LabApp.default_url=/lab/tree/notebooks",
  ];
  if (options.port !== undefined) args.push(`--ServerApp.port=${options.port}`);
  if (options.noBrowser) args.push("--no-browser");
  if (process.getuid?.() === 0) args.push("--allow-root"); // as in containers; Jupyter refuses otherwise
  return { program: lab.python, args, cwd: root, env: { ...process.env, JUPYTER_PATH: lab.jupyterPath } };
}

/** Runs JupyterLab until it is stopped and returns its exit status. */
export function startLab(lab: Lab, options: LabOptions, root: string = packageRoot): Promise<number> {
  const { program, args, cwd, env } = labProgram(lab, options, root);
  const child = spawn(program, args, { cwd, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  process.once("exit", () => child.kill("SIGTERM"));
  return new Promise((done, refuse) => {
    child.once("error", error =>
      refuse(new UserError(`lab: ${lab.python} does not start (${error.message}).`)),
    );
    child.once("exit", code => done(code ?? 0));
  });
}

interface JupyterLab {
  readonly python: string;
  readonly version: string;
}

const ownEnvironment = ".native/jupyter";
const rendererShare = ".native/jupyter-share";

/** One of the project's own or on the PATH; undefined where none is installed. */
export async function findJupyterLab(
  root: string = packageRoot,
  log: string = join(root, ".native", "lab.log"),
): Promise<JupyterLab | undefined> {
  const own = join(root, ownEnvironment, "bin/python");
  const onPath = ["python3", "python"].map(findOnPath).filter(path => path !== undefined);
  for (const python of [own, ...onPath].filter(path => existsSync(path))) {
    const version = await labVersion(python, log);
    if (version !== undefined && Number(version.split(".")[0]) >= oldestJupyterLab)
      return { python, version };
  }
  return undefined;
}

async function labVersion(python: string, log: string): Promise<string | undefined> {
  try {
    const script = "import jupyterlab; print(jupyterlab.__version__)";
    return (await runProgram(python, ["-c", script], { log, limitSeconds: 60 })).trim();
  } catch {
    return undefined;
  }
}

async function installJupyterLab(root: string, log: string): Promise<JupyterLab> {
  const base = findOnPath("python3");
  if (base === undefined)
    throw new UserError(
      "lab: neither JupyterLab nor Python 3 is there; install one of them, then run again.",
    );
  const folder = join(root, ownEnvironment);
  try {
    return await step("installing JupyterLab into .native/jupyter", async () => {
      rmSync(folder, { recursive: true, force: true });
      await runProgram(base, ["-m", "venv", folder], { log, limitSeconds: 120 });
      const python = join(folder, "bin/python");
      await pipInstall(python, requirementsFile("jupyterlab"), [], { log, limitSeconds: 900 });
      // JupyterLab's own scripts are CommonJS; without this
      // they would take the project's package.json as theirs.
      writeFileSync(join(folder, "package.json"), "{}\n");
      const version = await labVersion(python, log);
      if (version === undefined) throw new StepFailure("it does not start");
      return { python, version };
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!(error instanceof StepFailure)) throw error;
    throw new UserError(
      `lab: JupyterLab could not be installed (${error.message}); see .native/lab.log, or install it ` +
        "yourself with pip.",
    );
  }
}

/**
 * JupyterLab itself cannot draw Plotly's figures; the renderer comes with the plotly package for Python, of
 * which 6.9.0 is the last that draws with plotly.js 3. False where it cannot be fetched.
 */
async function placeRenderer(root: string, python: string, log: string): Promise<boolean> {
  const name = "labextensions/jupyterlab-plotly";
  const target = join(root, rendererShare, name);
  if (existsSync(join(target, "package.json"))) return true;
  const fresh = join(root, ".native/plotly-wheel.tmp");
  try {
    await step("fetching the renderer of interactive figures", async () => {
      rmSync(fresh, { recursive: true, force: true });
      const where = ["--no-deps", "--no-compile", "--target", fresh];
      await pipInstall(python, requirementsFile("plotly"), where, { log, limitSeconds: 300 });
      cpSync(join(fresh, "share/jupyter", name), target, { recursive: true });
    });
    return true;
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return false;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function findKernel(python: string, jupyterPath: string, log: string): Promise<string> {
  const script =
    "from jupyter_client.kernelspec import KernelSpecManager; " +
    'print(KernelSpecManager().find_kernel_specs().get("tslab", ""))';
  const environment = { JUPYTER_PATH: jupyterPath };
  return (await runProgram(python, ["-c", script], { log, limitSeconds: 60, environment })).trim();
}
