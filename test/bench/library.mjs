/** The built package, by its public entry points. `BENCH_DIST` names the folder of another build. */
const folder = process.env.BENCH_DIST ?? new URL('../../dist', import.meta.url).href

export const { createJsonParser } = await import(`${folder}/json.js`)
export const { createProvider, extract } = await import(`${folder}/index.js`)
