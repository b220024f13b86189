import { execFileSync, spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

/** A program in a real pseudo-terminal of 80 columns and 24 rows. */
export interface PseudoTerminal {
  /** What stands on the screen now. */
  screen(): string
  /** Presses Ctrl-C. */
  interrupt(): void
  close(): void
}

const run = (command: string, ...words: string[]): string => execFileSync(command, words, { encoding: 'utf8' })

const isInstalled = (command: string): boolean => {
  try {
    run('sh', '-c', `command -v ${command}`)
    return true
  } catch {
    return false
  }
}

/** In tmux where there is one, which knows what stands on its screen; else in `script`, which every Linux has. */
export const pseudoTerminal = (command: string): PseudoTerminal => {
  // The shell survives Ctrl-C and tells how the program ended.
  const line = `trap : INT; LANG=C.UTF-8 ${command}; echo "exit=$?"; sleep 60`
  return isInstalled('tmux') ? inTmux(line) : inScript(line)
}

const inTmux = (line: string): PseudoTerminal => {
  const socket = `decant-test-${process.pid}-${Math.random().toString(36).slice(2)}`
  const tmux = (...words: string[]): string => run('tmux', '-u', '-L', socket, '-f', '/dev/null', ...words)
  tmux('new-session', '-d', '-x', '80', '-y', '24', line)
  return {
    screen: () => tmux('capture-pane', '-p'),
    interrupt: () => void tmux('send-keys', 'C-c'),
    close: () => void tmux('kill-server'),
  }
}

const inScript = (line: string): PseudoTerminal => {
  const child = spawn('script', ['-qfec', `stty cols 80 rows 24; ${line}`, '/dev/null'])
  let text = ''
  child.stdout.on('data', data => (text += data))
  return {
    screen: () => stripVTControlCharacters(text.split('\u001b[J').at(-1)!),
    interrupt: () => void child.stdin.write('\u0003'),
    close: () => void child.kill(),
  }
}
