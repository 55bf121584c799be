/** Each state has a word and a shape; the colour only repeats them. */
const SHAPES: Readonly<Record<string, readonly [shape: string, kind: string]>> = {
  Active: ['●', 'good'],
  succeeded: ['●', 'good'],
  up: ['●', 'good'],
  ok: ['●', 'good'],
  idle: ['●', 'good'],
  READY: ['●', 'good'],
  delivered: ['●', 'good'],
  running: ['▶', 'busy'],
  busy: ['▶', 'busy'],
  scanning: ['▶', 'busy'],
  queued: ['○', 'quiet'],
  waiting: ['○', 'quiet'],
  generic: ['○', 'quiet'],
  frozen: ['❙❙', 'quiet'],
  paused: ['❙❙', 'quiet'],
  off: ['–', 'quiet'],
  cancelled: ['–', 'quiet'],
  warning: ['▲', 'warn'],
  expired: ['▲', 'warn'],
  throttled: ['▲', 'warn'],
  initialising: ['◐', 'busy'],
  starting: ['◐', 'busy'],
  booting: ['◐', 'busy'],
  failed: ['✕', 'bad'],
  functionError: ['✕', 'bad'],
  platformFault: ['✕', 'bad'],
  lost: ['✕', 'bad'],
  refused: ['✕', 'bad'],
  down: ['✕', 'bad'],
  dead: ['✕', 'bad'],
}

export function State({ of }: { of: string }) {
  const [shape, kind] = SHAPES[of] ?? ['·', 'quiet']
  return (
    <span class={`state ${kind}`}>
      <span aria-hidden="true">{shape}</span> {of}
    </span>
  )
}
