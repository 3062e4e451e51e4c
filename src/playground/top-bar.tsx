/** The page's name, its link, and a way in for a model of the reader's own. */

interface Props {
  /** absent where the page has no address */
  readonly onShare: (() => void) | undefined;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onHelp: () => void;
}

export function TopBar({ onShare, onFiles, onHelp }: Props) {
  return (
    <header class="top">
      <p class="brand">
        <b>Unmask</b> playground
      </p>
      <div class="tools">
        {onShare !== undefined && (
          <button type="button" class="quiet" id="share" onClick={onShare}>
            Copy link
          </button>
        )}
        <OpenButton onFiles={onFiles} />
        <button type="button" class="quiet" onClick={onHelp} aria-label="Keys and words">
          ?
        </button>
      </div>
    </header>
  );
}

function OpenButton({ onFiles }: Pick<Props, "onFiles">) {
  return (
    <label
      class="quiet open"
      title="All files of a checkpoint folder, or one GGUF file; or drop them anywhere"
    >
      Open a model
      <input
        type="file"
        multiple
        accept=".safetensors,.gguf,.json,.txt"
        onChange={event => {
          const files = Array.from(event.currentTarget.files ?? []);
          if (files.length > 0) onFiles(files);
          event.currentTarget.value = "";
        }}
      />
    </label>
  );
}
