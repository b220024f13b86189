import { execFileSync } from 'node:child_process'
import { root } from './built.ts'

/** What a process of Node imports, in this order, as the built package leaves it. */
const imports = ['zod', 'zod-to-json-schema', 'decant'] as const

const program = `
  const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }
  const times = []
  for (const name of ${JSON.stringify(imports)}) {
    const before = spent()
    await import(name)
    times.push(spent() - before)
  }
  console.log(JSON.stringify(times))`

/** Milliseconds of CPU that each import adds to those before it: medians over processes of their own. */
export const importTimes = (runs = 11): { readonly name: string; readonly ms: number }[] => {
  const all = Array.from({ length: runs }, (): number[] =>
    JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' })),
  )
  return imports.map((name, i) => ({ name, ms: all.map(times => times[i]!).sort((a, b) => a - b)[runs >> 1]! }))
}
