/** Where in the user's program a call came from. */

/** Deep enough for composites of composites; each further frame costs. */
const mostFrames = 12;

/** A stack that was taken and not yet turned into text, which is the costly part. */
export interface CallStack {
  readonly stack?: string | undefined;
}

interface V8Errors {
  stackTraceLimit?: number;
  captureStackTrace?: (target: object, above?: (...args: never[]) => unknown) => void;
}

/**
 * The present stack without the frames above the innermost call of `above`.
 *
 * @param most - how many frames to keep, where the engine lets itself be told
 */
export function takeStack(above: (...args: never[]) => unknown, most = mostFrames): CallStack {
  const errors = Error as V8Errors;
  const { stackTraceLimit } = errors;
  if (errors.captureStackTrace === undefined || stackTraceLimit === undefined) {
    return { stack: new Error().stack };
  }
  const taken: { stack?: string } = {};
  // Reflect, because a program may have frozen Error.
  Reflect.set(errors, 'stackTraceLimit', most);
  errors.captureStackTrace(taken, above);
  Reflect.set(errors, 'stackTraceLimit', stackTraceLimit);
  return taken;
}

/**
 * `path:line:column` of the first frame outside the library, in the original source where a source map
 * is in use; null where there is none.
 */
export function userLocation({ stack }: CallStack): string | null {
  if (stack === undefined) return null;
  const isOwn = ownFrames();
  for (const line of stack.split('\n')) {
    const frame = frameOf(line);
    if (frame !== null && !frame.path.startsWith('node:') && !isOwn(frame.path)) {
      return `${frame.path.replace(/^file:\/\//, '')}:${frame.position}`;
    }
  }
  return null;
}

interface Frame {
  readonly path: string;
  readonly position: string;
}

// V8 writes `at f (path:1:2)` or `at path:1:2`, other engines `f@path:1:2`.
const v8Frame = /^\s*at (?:.*\()?([^()]+):(\d+:\d+)\)?$/;
const otherFrame = /^[^@]*@(.+):(\d+:\d+)$/;

function frameOf(line: string): Frame | null {
  const found = v8Frame.exec(line) ?? otherFrame.exec(line);
  return found === null ? null : { path: found[1].replace(/^async /, ''), position: found[2] };
}

// Not a constant: a program may turn on source maps after this module was loaded.
function ownFrames(): (path: string) => boolean {
  const own = (new Error().stack ?? '')
    .split('\n')
    .map(frameOf)
    .find((frame) => frame !== null);
  if (own === undefined) return () => false;
  const folder = /^(.*[/\\])base[/\\]callSite\.[cm]?[jt]s$/.exec(own.path);
  // Where everything was made one file, only that file can be told apart.
  return folder === null
    ? (path) => path === own.path
    : (path) => path.startsWith(folder[1]) || /[/\\]node_modules[/\\]gradtape[/\\]/.test(path);
}
