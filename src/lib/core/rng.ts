/**
 * Seeded randomness as an argument. Streams are named: `rng.split("mask")` depends only on the seed and
 * the path of names, never on how many draws were made, so a new draw moves no old one and a resumed run
 * needs no generator state. Numbers are drawn on the host: one seed gives the same draws on any backend.
 */
export class Rng {
  private readonly key: readonly [number, number, number, number];
  private state: [number, number, number, number];

  private constructor(key: readonly [number, number, number, number]) {
    this.key = key;
    this.state = [...key];
    for (let i = 0; i < 12; i++) this.nextUint32();
  }

  /** @param seed any finite number */
  static fromSeed(seed: number): Rng {
    if (!Number.isFinite(seed))
      throw new RangeError(`rng: seed=${seed} is not finite; pass a finite number.`);
    return new Rng(hash128(`seed:${seed}`));
  }

  /** An independent child stream, the same for the same name whatever was drawn before. */
  split(name: string | number): Rng {
    return new Rng(hash128(`${this.key.join(",")}/${name}`));
  }

  /** Next 32 random bits (sfc32). */
  nextUint32(): number {
    const s = this.state;
    const t = (s[0] + s[1] + s[3]) | 0;
    s[3] = (s[3] + 1) | 0;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = (s[2] + (s[2] << 3)) | 0;
    s[2] = (s[2] << 21) | (s[2] >>> 11);
    s[2] = (s[2] + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** One element, uniformly. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("rng: pick from an empty list; pass at least one item.");
    return items[this.int(items.length)];
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }
}

/** Four 32-bit hashes of a string (cyrb128-style mixing; quality enough for seeding). */
function hash128(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  const all = a ^ b ^ c ^ d;
  return [all >>> 0, (b ^ all) >>> 0, (c ^ all) >>> 0, (d ^ all) >>> 0];
}
