/** Files that a reader drops: read into memory with progress, and nowhere else. */

export interface OwnFiles {
  readonly name: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly weights: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

/** WebAssembly has at most 4 GB, and four-bit weights become eight times as large in it. */
const mostBytes = 300e6;

const isWeights = (name: string) => /\.(safetensors|gguf)$/i.test(name);
const isText = (name: string) => /\.(json|txt)$/i.test(name);

/**
 * @param onShare called with the share that is read
 * @throws Error with a sentence, where the files are no model or too large a one
 */
export async function readOwnFiles(
  files: readonly File[],
  onShare: (share: number) => void,
): Promise<OwnFiles> {
  const wanted = files.filter(({ name }) => isWeights(name) || isText(name));
  const weightFiles = wanted.filter(({ name }) => isWeights(name));
  const bytes = weightFiles.reduce((sum, { size }) => sum + size, 0);
  if (weightFiles.length === 0)
    throw new Error("These files hold no weights: drop a folder with .safetensors files, or a GGUF file.");
  if (bytes > mostBytes)
    throw new Error(
      `These weights take ${(bytes / 1e6).toFixed(0)} MB and a page has room for ${mostBytes / 1e6} MB; ` +
        "decode them with npm run decode.",
    );
  const texts: [string, string][] = [];
  for (const file of wanted.filter(({ name }) => isText(name))) texts.push([file.name, await file.text()]);
  const weights: [string, Uint8Array<ArrayBuffer>][] = [];
  let done = 0;
  for (const file of weightFiles) {
    const into = new Uint8Array(file.size);
    const reader = file.stream().getReader();
    for (let at = 0, part = await reader.read(); !part.done; part = await reader.read()) {
      into.set(part.value, at);
      at += part.value.length;
      done += part.value.length;
      onShare(done / bytes);
    }
    weights.push([file.name, into]);
  }
  const [{ name, webkitRelativePath }] = weightFiles;
  const folder = webkitRelativePath.split("/")[0];
  return {
    name: folder === "" ? name : folder,
    texts: Object.fromEntries(texts),
    weights: Object.fromEntries(weights),
  };
}

/** The files of a drop, those in a dropped folder too. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly File[]> {
  const entries = Array.from(transfer.items, item => item.webkitGetAsEntry());
  const found = await Promise.all(
    entries.map(entry => (entry === null ? Promise.resolve([]) : filesIn(entry))),
  );
  return found.flat();
}

async function filesIn(entry: FileSystemEntry): Promise<readonly File[]> {
  if (entry.isFile)
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const children = await new Promise<FileSystemEntry[]>((resolve, reject) =>
    reader.readEntries(resolve, reject),
  );
  const files = await Promise.all(children.filter(child => child.isFile).map(filesIn));
  return files.flat();
}
