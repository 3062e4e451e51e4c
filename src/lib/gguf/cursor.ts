/**
 * Reads the header of a GGUF file front to back: a buffered
 * window, and no length believed that the file cannot hold.
 */
import type { ByteSource } from "../core/byte-source.js";
import { UserError } from "../core/errors.js";

const windowBytes = 1 << 20;

export class Cursor {
  private readonly size: number;
  private window = new Uint8Array(0);
  private view = new DataView(this.window.buffer);
  /** file position of the window's first byte */
  private start = 0;
  /** file position of what is read next */
  position = 0;

  constructor(private readonly source: ByteSource) {
    this.size = source.size;
  }

  get fileBytes(): number {
    return this.size;
  }

  get remaining(): number {
    return this.size - this.position;
  }

  u8 = (): number => this.read(1, (view, at) => view.getUint8(at));
  i8 = (): number => this.read(1, (view, at) => view.getInt8(at));
  u16 = (): number => this.read(2, (view, at) => view.getUint16(at, true));
  i16 = (): number => this.read(2, (view, at) => view.getInt16(at, true));
  u32 = (): number => this.read(4, (view, at) => view.getUint32(at, true));
  i32 = (): number => this.read(4, (view, at) => view.getInt32(at, true));
  f32 = (): number => this.read(4, (view, at) => view.getFloat32(at, true));
  f64 = (): number => this.read(8, (view, at) => view.getFloat64(at, true));
  /** Beyond 2^53 rounded: as a size or an id it is refused then. */
  u64 = (): number => Number(this.read(8, (view, at) => view.getBigUint64(at, true)));
  i64 = (): number => Number(this.read(8, (view, at) => view.getBigInt64(at, true)));

  /**
   * How many things of at least so many bytes each are
   * announced. @throws UserError when the file cannot hold them
   */
  count(what: string, bytesEach: number): number {
    const count = this.u64();
    if (count * bytesEach <= this.remaining) return count;
    throw this.refuse(`announces ${count} ${what}, more than its ${this.size} bytes can hold`);
  }

  /**
   * A length, then UTF-8.
   * @param exact refuse bytes that are no UTF-8; else they become U+FFFD
   */
  text(what: string, exact: boolean): string {
    const length = this.u64();
    if (length > this.remaining)
      throw this.refuse(`has ${what} of ${length} bytes and holds only ${this.remaining} more`);
    const bytes = this.bytes(length);
    try {
      return (exact ? strict : lenient).decode(bytes);
    } catch {
      throw this.refuse(`has ${what} that is not UTF-8, so it is damaged`);
    }
  }

  refuse(what: string): UserError {
    return new UserError(`gguf: ${this.source.path} ${what}; fetch or convert the file again.`);
  }

  private bytes(length: number): Uint8Array {
    if (length > windowBytes) {
      const whole = new Uint8Array(length);
      this.fill(whole, this.position);
      this.position += length;
      return whole;
    }
    const at = this.take(length);
    return this.window.subarray(at, at + length);
  }

  private read<T>(bytes: number, of: (view: DataView, at: number) => T): T {
    const at = this.take(bytes); // which may move the window
    return of(this.view, at);
  }

  /** Index in the window of the next `bytes` bytes, which are passed. */
  private take(bytes: number): number {
    if (bytes > this.remaining)
      throw this.refuse(`ends at byte ${this.size}, inside its header, so it is cut off`);
    let at = this.position - this.start;
    if (at + bytes > this.window.length) {
      this.start = this.position;
      this.window = new Uint8Array(Math.min(windowBytes, this.remaining));
      this.view = new DataView(this.window.buffer);
      this.fill(this.window, this.position);
      at = 0;
    }
    this.position += bytes;
    return at;
  }

  private fill(into: Uint8Array, position: number): void {
    if (!this.source.read(into, position)) throw this.refuse("ended while it was read");
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
