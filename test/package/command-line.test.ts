import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { citySchema, endpoint, folderWith, lines } from '../cli/command.ts'
import { built, root } from './built.ts'
import { pseudoTerminal } from './pseudo-terminal.ts'

const run = promisify(execFile)
const decant = built('cli/decant.js')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const bare = { PATH: process.env.PATH }

describe('the built command', () => {
  it('says its version', async () => {
    expect((await run(process.execPath, [decant, '--version'], { env: bare })).stdout).toBe(`${version}\n`)
  })

  it('plays the demo into a pipe', async () => {
    const { stdout, stderr } = await run(process.execPath, [decant, 'demo'], { env: bare })
    expect({ output: JSON.parse(stdout), stderr }).toEqual({
      output: { age: 30, city: 'Paris', name: 'Alice' },
      stderr: '',
    })
  })

  it('ends with its exit code, in one line and a hint', async () => {
    const error = await run(process.execPath, [decant, 'schema', 'no.ts'], { env: bare }).catch(reason => reason)
    expect(error).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^decant: Cannot load .*\n {2}.*\n$/),
    })
  })

  it('reads what is piped in', async () => {
    const folder = folderWith({ 'city.json': citySchema })
    const { words } = await endpoint(city => ({ city, people: 1 }))
    const ran = run(process.execPath, [decant, 'extract', 'city.json', ...words], { env: bare, cwd: folder })
    ran.child.stdin!.end('Rome')
    expect((await ran).stdout).toBe('{"city":"Rome","people":1}\n')
  })

  it('leaves without complaint when nobody reads on', async () => {
    const { stdout, stderr } = await run('sh', ['-c', `"${process.execPath}" "${decant}" run --help | head -n 1`], {
      env: bare,
    })
    expect({ stdout, stderr }).toEqual({ stdout: 'Usage: decant run [options] <extractor> <input...>\n', stderr: '' })
  })
})

describe('a disk that is full', () => {
  const shell = (command: string, cwd: string) =>
    run('sh', ['-c', command.replaceAll('decant', `"${process.execPath}" "${decant}"`)], { env: bare, cwd }).then(
      ({ stderr }) => ({ code: 0, stderr }),
      ({ code, stderr }) => ({ code, stderr }),
    )

  it('is said in one line when stdout cannot be written', async () => {
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines(['Rome', 'Oslo']) })
    const { words } = await endpoint(city => ({ city, people: 1 }))
    const full = { code: 2, stderr: 'decant: Cannot write to stdout: ENOSPC: no space left on device, write\n' }
    expect(await shell('decant schema city.json > /dev/full', folder)).toEqual(full)
    expect(await shell(`decant run city.json in.jsonl --quiet ${words.join(' ')} > /dev/full`, folder)).toEqual(full)
    const { code, stderr } = await shell('decant schema city.json --json > /dev/full', folder)
    expect({ code, said: JSON.parse(stderr) }).toMatchObject({ code: 2, said: { event: 'error' } })
  })

  it('stops a run whose journal cannot be written, and loses nothing that counted', async () => {
    const cities = Array.from({ length: 40 }, (_, index) => `city ${index} ${'x'.repeat(400)}`)
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines(cities) })
    const { words, prompts } = await endpoint(city => ({ city, people: 1 }))
    const command = `decant run city.json in.jsonl -o out.jsonl -c 2 --quiet ${words.join(' ')}`
    // No file may grow beyond 16 blocks of 512 bytes: written in part, then refused, as by a disk.
    const { code, stderr } = await shell(`ulimit -f 16; ${command}`, folder)
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^decant: Cannot write journal '.*out\.jsonl\.journal': EFBIG: .*; what was done last does not count, what is in it does: make room and start again\n$/,
    )
    const whole = readFileSync(join(folder, 'out.jsonl.journal'), 'utf8').split('\n').length - 2
    expect(whole).toBeGreaterThan(2)
    const before = prompts.length
    expect(before).toBeLessThanOrEqual(whole + 2)
    const again = await shell(command.replace('--quiet', ''), folder)
    expect(again.code).toBe(0)
    expect(again.stderr).toContain(`40 done, 0 failed, ${whole} kept from the journal`)
    expect(prompts.length - before).toBe(40 - whole)
  })
})

describe('a run in a pseudo-terminal', () => {
  /** Five records are answered, the others held until they are released. */
  const started = async () => {
    const cities = Array.from({ length: 20 }, (_, index) => `city ${index}`)
    const folder = folderWith({ 'city.json': citySchema, 'in.jsonl': lines(cities) })
    const held: (() => void)[] = []
    const { words, prompts } = await endpoint(async city => {
      if (prompts.length > 5) await new Promise<void>(resolve => held.push(resolve))
      return { city, people: 1 }
    })
    const command = [process.execPath, decant, 'run', 'city.json', 'in.jsonl', '-o', 'out.jsonl', '-c', '2', ...words]
    const terminal = pseudoTerminal(`sh -c 'cd "${folder}" && unset CI npm_command && exec ${command.join(' ')}'`)
    onTestFinished(() => terminal.close())
    await expect.poll(() => held.length, { timeout: 30_000 }).toBe(2)
    await expect.poll(terminal.screen).toMatch(/decant run {2}city\.json {2}in\.jsonl > out\.jsonl .* c=2/)
    await expect.poll(terminal.screen).toMatch(/█+░+ +25% +5 \/ 20/)
    const release = () => {
      for (const answer of held.splice(0)) answer()
    }
    return { terminal, folder, release }
  }
  const written = (folder: string): number =>
    existsSync(join(folder, 'out.jsonl')) ? readFileSync(join(folder, 'out.jsonl'), 'utf8').split('\n').length - 1 : 0

  it('finishes what is in flight at one Ctrl-C, and leaves nothing of the block behind', async () => {
    const { terminal, folder, release } = await started()
    terminal.interrupt()
    await expect.poll(terminal.screen).toContain('finishing 2, again to stop now')
    release()
    await expect.poll(terminal.screen).toContain('exit=130')
    const screen = terminal.screen()
    expect(screen).toContain('stopped: interrupted')
    expect(screen).toMatch(/\n7 done, 0 failed/)
    expect(screen).toContain('next    decant run city.json in.jsonl -o out.jsonl')
    expect(screen).not.toContain('░')
    expect(written(folder)).toBe(7)
  })

  it('ends at two, and what was in flight does not count', async () => {
    const { terminal, folder } = await started()
    terminal.interrupt()
    await expect.poll(terminal.screen).toContain('finishing 2, again to stop now')
    terminal.interrupt()
    await expect.poll(terminal.screen).toContain('exit=130')
    expect(terminal.screen()).not.toContain('░')
    expect(written(folder)).toBe(5)
  })
})
