const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Reading the clock at every snapshot would be work that the row has not asked for. */
const callsPerLook = 16

/** A limit on the CPU time of one iteration; rows that may take minutes ask at every snapshot whether to stop. */
export class Box {
  full = false
  #end
  #calls = 0

  /** @param seconds of CPU time from now. */
  constructor(seconds) {
    this.#end = cpuMs() + seconds * 1000
  }

  over() {
    if (this.#end === Number.POSITIVE_INFINITY) return false
    if (++this.#calls % callsPerLook === 0) this.full ||= cpuMs() > this.#end
    return this.full
  }
}

/** An iteration of so many milliseconds of CPU is its own warm-up, and the only sample. */
export const slow = 6000

/**
 * CPU time of one iteration in milliseconds, with all of the process's threads: collector, compiler, kernel. Samples are
 * batches, long enough for the clock to count.
 *
 * @param warmUp what is repeated before, if that is not the iteration itself.
 */
export const measure = async (iterate, { warmMs, batchMs, samples, limit }, warmUp = iterate) => {
  const box = new Box(limit)
  const begun = cpuMs()
  const first = await iterate(box)
  const firstMs = cpuMs() - begun
  if (box.full) return { ...first, cut: true, ms: [firstMs] }
  if (firstMs > slow) return { ...first, ms: [firstMs] }

  const unlimited = new Box(Number.POSITIVE_INFINITY)
  const warm = cpuMs()
  let runs = 0
  while (runs === 0 || cpuMs() - warm < warmMs) {
    await warmUp(unlimited)
    runs++
  }
  const batch = Math.max(1, Math.ceil((batchMs * runs) / (cpuMs() - warm)))
  const ms = []
  for (let sample = 0; sample < samples; sample++) {
    const start = cpuMs()
    for (let run = 0; run < batch; run++) await iterate(unlimited)
    ms.push((cpuMs() - start) / batch)
  }
  return { ...first, ms }
}
