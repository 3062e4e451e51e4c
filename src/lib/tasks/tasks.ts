/**
 * The tasks. A new one is a file beside this and its entry here;
 * one of a notebook's or a test's own is added as it runs.
 */
import { UserError, unknownName } from "../core/errors.js";
import { humaneval } from "./humaneval.js";
import { mbpp } from "./mbpp.js";
import { minimath } from "./minimath.js";
import { minipy } from "./minipy.js";
import { scripts } from "./scripts/scripts.js";
import { stories } from "./stories/stories.js";
import { isSeeded, type FileTask, type SeededTask, type Task } from "./task.js";

const shipped: readonly Task[] = [minipy, minimath, scripts, stories, humaneval, mbpp];
const tasks = new Map(shipped.map(task => [task.name, task]));

/**
 * Adds a task to this process; one of the same name that was added before is replaced.
 * @throws UserError for the name of a shipped one, whose logs it would mix with
 */
export function addTask(task: Task): void {
  if (shipped.some(({ name }) => name === task.name))
    throw new UserError(`tasks: "${task.name}" is a shipped task; give yours another name.`);
  tasks.set(task.name, task);
}

/** Whether a task was added here, so that other processes know nothing of it. */
export function isAdded(name: string): boolean {
  return tasks.has(name) && !shipped.some(task => task.name === name);
}

/** @throws UserError for an unknown name, with the nearest one */
export function taskOf(name: string): Task {
  const task = tasks.get(name);
  if (task === undefined) throw unknownName("tasks", "task", name, taskNames());
  return task;
}

export function taskNames(): string[] {
  return [...tasks.keys()];
}

/** @throws UserError for a task whose problems come from a file */
export function seededTask(name: string): SeededTask {
  const task = taskOf(name);
  if (isSeeded(task)) return task;
  const seeded = [...tasks.values()].filter(isSeeded).map(other => other.name);
  throw new UserError(
    `tasks: the problems of ${name} come from a file, so studies and training have none; choose one ` +
      `of ${seeded.join(", ")}, or npm run evaluate -- --task ${name} --file FILE.`,
  );
}

export function fileTasks(): FileTask[] {
  return [...tasks.values()].filter((task): task is FileTask => !isSeeded(task));
}
