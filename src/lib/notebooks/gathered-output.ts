/**
 * What cells print, gathered: a front end that is sent thousands of lines one by one is sent too much, and
 * Jupyter's publishing socket then drops some in silence.
 */
type WriteStream = (name: string, text: string) => void;

/** Characters after which what was gathered goes out, whatever the cell does. */
const most = 65536;

export interface GatheredOutput {
  readonly write: WriteStream;
  /** Sends what is there, so that what comes next stands behind it. */
  readonly flush: () => void;
}

/** Text goes on in the order in which it was written, at the end of the event loop's turn at the latest. */
export function gatheredOutput(send: WriteStream): GatheredOutput {
  let waiting: { readonly name: string; text: string } | undefined;
  let turn: NodeJS.Immediate | undefined;
  const flush = () => {
    clearImmediate(turn);
    turn = undefined;
    const going = waiting;
    waiting = undefined;
    if (going !== undefined) send(going.name, going.text);
  };
  const write: WriteStream = (name, text) => {
    if (waiting !== undefined && (waiting.name !== name || waiting.text.length > most)) flush();
    waiting ??= { name, text: "" };
    waiting.text += text;
    turn ??= setImmediate(flush);
  };
  return { write, flush };
}
