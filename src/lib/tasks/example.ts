/** One document of training text. */
export interface TrainingExample {
  readonly prompt: string;
  readonly completion: string;
  readonly form: string;
  readonly combination: string;
}
