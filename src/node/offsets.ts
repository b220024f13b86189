/** Slots that are in use, at most and after growing. Between them a key takes 10.6 to 15 bytes. */
const fullest = 0.85
const afterGrowing = 0.6
const smallest = 1024
const free = 0xffffffff

/**
 * Where the last line of each key begins, in 9 bytes a slot: 32 bits of a hash of the key, 40 of the offset. Whether a line
 * is really of that key, the line itself says.
 */
export class Offsets {
  #size = smallest
  #tags = new Uint32Array(smallest)
  #low = new Uint32Array(smallest).fill(free)
  #high = new Uint8Array(smallest).fill(0xff)
  #count = 0

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#size * 9
  }

  /** The offset of a key's line; `isOf` looks whether the line at an offset is of the key. */
  get(key: string, isOf: (offset: number) => boolean): number | undefined {
    const slot = this.#find(tagOf(key), isOf)
    return this.#isFree(slot) ? undefined : this.#offsetAt(slot)
  }

  set(key: string, offset: number, isOf: (offset: number) => boolean): void {
    const tag = tagOf(key)
    const slot = this.#find(tag, isOf)
    if (this.#isFree(slot)) this.#count++
    this.#write(slot, tag, offset)
    if (this.#count > this.#size * fullest) this.#grow()
  }

  /** The slot of the key, or the free one that it would get. */
  #find(tag: number, isOf: (offset: number) => boolean): number {
    let slot = this.#first(tag)
    while (!this.#isFree(slot) && !(this.#tags[slot] === tag && isOf(this.#offsetAt(slot))))
      slot = (slot + 1) % this.#size
    return slot
  }

  #first(tag: number): number {
    return Math.floor((tag / 2 ** 32) * this.#size)
  }

  #isFree(slot: number): boolean {
    return this.#low[slot] === free && this.#high[slot] === 0xff
  }

  #offsetAt(slot: number): number {
    return this.#high[slot]! * 2 ** 32 + this.#low[slot]!
  }

  #write(slot: number, tag: number, offset: number): void {
    this.#tags[slot] = tag
    this.#low[slot] = offset % 2 ** 32
    this.#high[slot] = Math.floor(offset / 2 ** 32)
  }

  #grow(): void {
    const [tags, low, high] = [this.#tags, this.#low, this.#high]
    this.#size = Math.ceil(this.#count / afterGrowing)
    this.#tags = new Uint32Array(this.#size)
    this.#low = new Uint32Array(this.#size).fill(free)
    this.#high = new Uint8Array(this.#size).fill(0xff)
    for (let i = 0; i < tags.length; i++) {
      if (low[i] === free && high[i] === 0xff) continue
      this.#write(
        this.#find(tags[i]!, () => false),
        tags[i]!,
        high[i]! * 2 ** 32 + low[i]!,
      )
    }
  }
}

/** FNV-1a with a last stir, so that the high bits depend on every character. */
const tagOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
