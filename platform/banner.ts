import type { PlatformFacts } from './app.ts'

/** What a start prints: where it is, what each part is, and two lines to try as they stand. */
export function banner(facts: PlatformFacts): string {
  const { url, keyNeeded } = facts
  const key = keyNeeded ? ` -H "Authorization: Bearer $HEARTH_API_KEY"` : ''
  const source = 'export const handler = async (event) => ({ hello: event.name })'
  const lines = [
    '',
    `  Hearth listens on ${url}`,
    '',
    `  sandboxes        ${facts.driver} (${facts.driverReason})`,
    `  redis            ${facts.redis}`,
    `  object storage   ${facts.storage}`,
    `  data             ${facts.dataDir}`,
    keyNeeded
      ? '  callers          need the key in HEARTH_API_KEY'
      : '  callers          this machine only; set HEARTH_API_KEY (and HOST) to let others in',
    '',
    '  Deploy a function and call it:',
    '',
    `    curl -s${key} ${url}/functions -H 'content-type: application/json' -d '{"name":"hello","source":"${source}"}'`,
    `    curl -s${key} ${url}/functions/hello/invocations -d '{"name":"world"}'`,
    '',
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
