/** What the page says: to a screen reader, and for a while to everyone. */
import { useCallback, useEffect, useState } from "preact/hooks";

export interface Says {
  /** to a screen reader */
  readonly say: (sentence: string) => void;
  /** to everyone */
  readonly tell: (sentence: string) => void;
  readonly element: ReturnType<typeof Said>;
}

export function useSays(): Says {
  const [says, say] = useState("");
  const [notice, setNotice] = useState("");
  const tell = useCallback((sentence: string) => {
    say(sentence);
    setNotice(sentence);
  }, []);
  useEffect(() => {
    if (notice === "") return;
    const timer = setTimeout(() => setNotice(""), 3000 + 40 * notice.length);
    return () => clearTimeout(timer);
  }, [notice]);
  return { say, tell, element: <Said says={says} notice={notice} /> };
}

function Said({ says, notice }: { readonly says: string; readonly notice: string }) {
  return (
    <>
      <p class="live" role="status" aria-live="polite">
        {says}
      </p>
      {notice !== "" && (
        <p class="notice" aria-hidden="true">
          {notice}
        </p>
      )}
    </>
  );
}
