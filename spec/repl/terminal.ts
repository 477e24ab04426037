import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';

const prompt = 'tg> ';
// Colours, cursor movements and other control sequences; the terminal ends lines with \r\n.
// eslint-disable-next-line no-control-regex -- that is what they are
const control = /\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r/g;

/** That of a terminal with colours, whatever this process was told. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  TERM: 'xterm',
  NO_COLOR: undefined,
  FORCE_COLOR: undefined,
  NODE_DISABLE_COLORS: undefined,
};

/** Whether there is a `script` that runs a command in a terminal of its own (util-linux). */
export function hasTerminals(): boolean {
  const { status } = spawnSync('script', ['-qec', 'true', '/dev/null'], { timeout: 10_000 });
  return status === 0;
}

/** A program in a pseudo-terminal that shows a prompt: piped input would not be awaited. */
export class Terminal {
  private readonly child: ChildProcess;
  private output = '';
  private notify: () => void = () => undefined;
  private exitCode: number | null = null;

  constructor(command: string, env: NodeJS.ProcessEnv) {
    this.child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...environment, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.notify();
    });
    this.child.on('close', (code) => {
      this.exitCode = code ?? -1;
      this.notify();
    });
  }

  /** What was printed before the first prompt. */
  start(): Promise<string> {
    return this.untilPrompt();
  }

  /** Types lines, each after the prompt, and returns what they printed, without their echo. */
  async type(...lines: readonly string[]): Promise<string> {
    let printed = '';
    for (const line of lines) {
      this.child.stdin?.write(`${line}\r`);
      const text = await this.untilPrompt();
      printed += text.slice(text.indexOf('\n') + 1);
    }
    return printed.trimEnd();
  }

  /** Presses Tab after some text; it would be taken literally if more came in the same moment. */
  async complete(text: string): Promise<void> {
    for (const keys of [text, '\t']) {
      this.child.stdin?.write(keys);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Types a line and presses Ctrl+C while it runs; returns what is printed then. */
  async interrupt(line: string): Promise<string> {
    for (const keys of [`${line}\r`, '\x03']) {
      this.child.stdin?.write(keys);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return this.untilPrompt();
  }

  /** Pastes several lines at once and returns everything that the terminal shows of them. */
  async paste(lines: readonly string[], end: string): Promise<string> {
    this.child.stdin?.write(`${lines.join('\r')}\r`);
    let shown = '';
    while (!shown.includes(end)) shown += `${await this.untilPrompt()}\n`;
    return shown;
  }

  /** Leaves the program and returns its exit code. */
  async leave(): Promise<number> {
    this.child.stdin?.write('.exit\r');
    while (this.exitCode === null) await this.change();
    return this.exitCode;
  }

  /** Ends the program if it still runs. */
  kill(): void {
    if (this.exitCode === null) this.child.kill();
  }

  private async untilPrompt(): Promise<string> {
    for (;;) {
      const text = this.plain();
      if (text.endsWith(prompt)) {
        this.output = '';
        return text.slice(0, -prompt.length);
      }
      if (this.exitCode !== null) throw new Error(`the program ended after printing: ${text}`);
      await this.change();
    }
  }

  private plain(): string {
    return this.output.replace(control, '');
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.notify = resolve;
    });
  }
}
