import type { PlatformFacts } from './app.ts'

type Callers = PlatformFacts['callers']

const CALLERS: Record<Callers, string> = {
  'this machine': 'this machine only; set HEARTH_API_KEY (and HOST) to let others in',
  'with the key':
    'need the key in HEARTH_API_KEY, or sign with it (AWS_ACCESS_KEY_ID=hearth, the key as secret)',
  signed: 'sign with an access key of ACCESS_KEYS_FILE',
}

/** What curl needs for it. */
const CREDENTIALS: Record<Callers, string> = {
  'this machine': '',
  'with the key': ` -H "Authorization: Bearer $HEARTH_API_KEY"`,
  signed: ` --aws-sigv4 aws:amz:us-east-1:lambda --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`,
}

/** What a start prints: where it is, what each part is, and two lines to try as they stand. */
export function banner(facts: PlatformFacts): string {
  const { url, callers } = facts
  const key = CREDENTIALS[callers]
  const source = 'export const handler = async (event) => ({ hello: event.name })'
  const lines = [
    '',
    `  Hearth listens on ${url}`,
    '',
    `  sandboxes        ${facts.driver} (${facts.driverReason})`,
    `  redis            ${facts.redis}`,
    `  object storage   ${facts.storage}`,
    `  data             ${facts.dataDir}`,
    `  callers          ${CALLERS[callers]}`,
    '',
    '  Deploy a function and call it:',
    '',
    `    curl -s${key} ${url}/functions -H 'content-type: application/json' -d '{"name":"hello","source":"${source}"}'`,
    `    curl -s${key} ${url}/functions/hello/invocations -d '{"name":"world"}'`,
    '',
    `  The console, where all of it is seen and done: ${url}/console`,
    `  The page of the API: ${url}/docs`,
    '',
  ]
  lines.push(...facts.warnings.flatMap((warning) => [`  Warning: ${warning}`, '']))
  if (facts.driver === 'process') {
    lines.splice(
      2,
      0,
      '',
      '  *** NOTHING IS ISOLATED: sandboxes are plain processes. Run only code that you trust. ***',
    )
  }
  return `${lines.join('\n')}\n`
}
